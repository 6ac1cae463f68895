package desk

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/templates"
)

// tokens shows owners what lets programs in.
func (d *Desk) tokens(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	p, err := d.tokensPage(r, visit, nil)
	if err != nil {
		return err
	}
	return d.Private(w, r, http.StatusOK, p)
}

// tokensPage is the page with the scopes chosen that were.
func (d *Desk) tokensPage(r *http.Request, visit *editors.Visit, chosen []string) (*templates.DeskTokensPage, error) {
	l := d.Locale()
	p := &templates.DeskTokensPage{DeskFrame: d.frame(r, visit, l.Message("desk.tokens.title"))}
	for i := range p.Menu {
		p.Menu[i].Current = p.Menu[i].URL == "/desk/people"
	}
	p.Guide = "/api/v1/openapi.json"
	for _, scope := range editors.Scopes {
		p.Scopes = append(p.Scopes, templates.TokenScope{
			Value: string(scope), Label: l.Message("desk.tokens." + string(scope)), Chosen: slices.Contains(chosen, string(scope)),
		})
	}
	all, err := d.Programs.Store.APITokens(r.Context())
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		v := templates.Token{
			ID: t.ID(), Name: t.Name, Used: l.Message("desk.tokens.never"),
			Made: l.Message("desk.tokens.made", "day", l.Day(t.Made.In(d.Publication.Zone)), "who", t.By),
		}
		if !t.Used.IsZero() {
			v.Used = l.Message("desk.tokens.used", "time", d.moment(l, t.Used))
		}
		var scopes []string
		for _, scope := range t.Scopes {
			scopes = append(scopes, string(scope))
		}
		v.Scopes = l.Join(scopes)
		p.Tokens = append(p.Tokens, v)
	}
	return p, nil
}

// makeToken makes a token and shows it, this once: the answer to the form is
// the only place where it ever stands.
func (d *Desk) makeToken(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	var scopes []editors.Scope
	for _, scope := range form["scope"] {
		scopes = append(scopes, editors.Scope(scope))
	}
	secret, made, err := d.Programs.Make(r.Context(), form.Get("name"), scopes, visit.Editor.Email, time.Now())
	l := d.Locale()
	nameWrong, scopeWrong := "", ""
	switch {
	case errors.Is(err, editors.ErrName):
		nameWrong = l.Message("desk.tokens.name_need")
	case errors.Is(err, editors.ErrExists):
		nameWrong = l.Message("desk.tokens.name_taken")
	case errors.Is(err, editors.ErrScope):
		scopeWrong = l.Message("desk.tokens.scope_need")
	case err != nil:
		return err
	}
	if err != nil {
		p, err := d.tokensPage(r, visit, form["scope"])
		if err != nil {
			return err
		}
		p.Name, p.NameWrong, p.ScopeWrong = form.Get("name"), nameWrong, scopeWrong
		return d.Private(w, r, http.StatusUnprocessableEntity, p)
	}
	detail := "for"
	for _, scope := range made.Scopes {
		detail += " " + string(scope)
	}
	if err := d.did(r, visit, "token made", "token "+made.Name, detail); err != nil {
		return err
	}
	p, err := d.tokensPage(r, visit, nil)
	if err != nil {
		return err
	}
	p.Fresh, p.Made = secret, made.Name
	return d.Private(w, r, http.StatusOK, p)
}

// revokeToken ends a token at once. Of two who press, one finds it gone.
func (d *Desk) revokeToken(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	name, err := d.Programs.Revoke(r.Context(), form.Get("token"))
	if err != nil && !errors.Is(err, editors.ErrAPIToken) {
		return err
	}
	if err == nil {
		if err := d.did(r, visit, "token revoked", "token "+name, ""); err != nil {
			return err
		}
	}
	return seeOther(w, r, "/desk/tokens?done=token_revoked")
}
