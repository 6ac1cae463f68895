package desk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/readership"
	"github.com/standfirst/standfirst/internal/webhook"
	"github.com/standfirst/standfirst/internal/webtest"
	"github.com/standfirst/standfirst/mailer"
	"github.com/standfirst/standfirst/subscribers"
)

// showSends: what goes out next, an edition being edited and previewed, and the
// question before it is sent.
func showSends(e *exhibition) {
	s := e.newDesk()
	c := s.SignedIn(desktest.Maya)
	s.crowd(1100)
	s.News("First story", "Second story", "Third story")
	const at = "/desk/newsletters/weekly"
	s.Leads(at, desktest.FormIn(s.Page(at, c), "do", fmt.Sprintf("keep %d", s.NumberOf("Second story")), "intro", webtest.Hostile), c)
	r := e.newRoom(s, c)
	r.show("/desk", "/desk?done=sends_saved&wrong=sends_reader", at, at+"?show=text&find=number", at+"?show=phone&as=v2", at+"?show=dark", at+"?show=bare", at+"/send",
		fmt.Sprintf("%s?as=r%d", at, s.IDs[webtest.Eve]), "/desk/newsletters/dates", "/desk/newsletters/dates/send")
	form := desktest.FormIn(s.Page(at+"/send", c), "typed", "12")
	r.answer("untyped", s.Do("POST", at+"/send", form, c))
}

// showEditions: on its way, paused, cancelled, and over.
func showEditions(e *exhibition) {
	begun := func() *onWay {
		s := newOnWay(e.T)
		s.answered(9, tookIt)
		s.answered(1, noSuch)
		s.answered(1, unwanted)
		s.answered(1, mailer.Outcome{State: mailer.Queued, Attempt: true, Due: time.Now().Add(time.Hour), Phase: mailer.PhaseConn, Code: 421})
		return s
	}
	s := begun()
	e.newRoom(s.deskSite, s.maya).show(s.at, "/desk/editions", "/desk/editions?newsletter=dates", s.at+"/cancel", s.at+"/letter/1", s.at+"/letter/1?form=text")
	s = begun()
	s.Must(s.DB.Pause(e.Context(), s.id, "the relay refuses us", time.Now()))
	s.Desk.Changed(s.id)
	e.newRoom(s.deskSite, s.maya).show(s.at, s.at+"?sorry")
	s = begun()
	s.Must(s.DB.Cancel(e.Context(), s.id, "a typo", time.Now()))
	s.Desk.Changed(s.id)
	e.newRoom(s.deskSite, s.maya).show(s.at)
	s = newOnWay(e.T)
	s.answered(30, tookIt)
	s.answered(2, noSuch)
	e.newRoom(s.deskSite, s.maya).show(s.at)
}

// showReaders: who is found, readers in every state, and files to import.
func showReaders(e *exhibition) {
	s := newReadersDesk(e.T)
	c, now := s.SignedIn(desktest.Maya), time.Now()
	how := subscribers.Consent{Way: subscribers.ByLink, Network: "203.0.113.0/24", Text: "Too many letters", Language: "en"}
	s.Must(s.DB.Leave(e.Context(), s.IDs[webtest.Eve], "", how, now))
	s.Must(s.DB.PauseUntil(e.Context(), s.IDs[webtest.Ben], now.AddDate(0, 1, 0), how, now))
	s.Must(s.DB.Suppress(e.Context(), webtest.Ben, subscribers.BecauseComplained, now))
	s.Asked(subscribers.Request{Kind: subscribers.SignUp, Email: "new@newcomers.example", Newsletters: []string{"weekly"}})
	hers := readerPath(s.IDs[webtest.Ada], "")
	// One file is checked, one imported, one cannot be read.
	var files []string
	for i, content := range []string{someFile, someFile, "name\nAda\n"} {
		path := s.upload("readers-may.csv", content, c).Header.Get("Location")
		s.settled(path, c)
		if i == 1 {
			s.Leads(path, url.Values{"do": {"import"}, "consent": {"ask"}}, c)
			s.settled(path, c)
		}
		files = append(files, path)
	}
	r := e.newRoom(s, c)
	r.show("/desk/readers", "/desk/readers?state=asked", "/desk/readers?q=nobody", hers, hers+"?done=reader_save", hers+"/erase",
		readerPath(s.IDs[webtest.Ben], ""), readerPath(s.IDs[webtest.Eve], ""), "/desk/import?done=import_gone", "/desk/import")
	r.show(files...)
	r.answer("nofile", s.upload("", "", c))
	r.answer("undecided", r.post("POST", files[0], "do", "import", "consent", "proof"))
	r.answer("noreason", r.post("POST", readerPath(s.IDs[webtest.Eve], ""), "do", "return:dates"))
	e.newRoom(s, s.SignedIn(vera)).show("/desk/readers", hers)
}

// showPeople: the door, one's own page, everybody's, and the log.
func showPeople(e *exhibition) {
	s := e.newDesk()
	s.cheap()
	s.Desk.Mail = func(context.Context, string) error { return nil }
	s.Desk.SecondPersonAbove = 10_000
	s.Must(s.Door.SetName(e.Context(), desktest.Maya, "Maya Okafor"))
	_, err := s.Door.Add(e.Context(), editors.Editor{Email: "somebody.with.a.rather.long.name@editors.publication.example", Role: editors.RoleViewer}, time.Now())
	s.Must(err)
	_, err = s.Door.Configure(e.Context(), []editors.Editor{{Email: "tunde@example.com", Name: "Tunde Bello", Role: editors.RoleEditor}}, time.Now())
	s.Must(err)
	s.chosen(desktest.Maya, secret)
	c, link := s.SignedIn(desktest.Maya), s.Link(desktest.Maya)
	byPassword := s.knocks("192.0.2.1", desktest.Maya, secret).Cookies()[0]
	r := e.newRoom(s, c)
	r.show("/desk/account", "/desk/people", "/desk/people?done=people_added", "/desk/log", "/desk/log?about=nothing", "/desk/log?who=configuration")
	r.answer("password", s.Do("POST", "/desk/account/password", url.Values{"current": {"x"}, "password": {"another long enough one"}}, byPassword))
	r.answer("short", r.post("POST", "/desk/account/password", "password", "short"))
	r.answer("exists", r.post("POST", "/desk/people", "email", desktest.Maya, "role", "editor"))
	r.answer("last", r.post("POST", "/desk/people/remove", "email", desktest.Maya))
	door := e.newRoom(s, nil)
	door.show("/desk/sign-in", "/desk/sign-in/sent", link)
	door.answer("unknown", door.get("/desk/sign-in/x"))
	door.answer("wrong", s.knocks("192.0.2.2", desktest.Maya, "a guess at a word"))
	s.Desk.Attempts = NewAttempts()
	for range 8 {
		s.knocks("192.0.2.9", desktest.Maya, "a guess at a word")
	}
	door.answer("wait", s.knocks("192.0.2.9", desktest.Maya, secret))
	s.Desk.Attempts = nil
}

// showFirst: where nobody is an owner yet.
func showFirst(e *exhibition) {
	s := e.newDesk()
	s.Must(s.DB.RemoveEditor(e.Context(), desktest.Maya, func([]editors.Editor) error { return nil }))
	token, _, err := s.Door.FirstLink(e.Context(), time.Now())
	s.Must(err)
	e.newRoom(s, nil).show("/desk/first/"+token, "/desk/sign-in")
}

// showTokens: none, one that is made, one that is there, and what is wrong.
func showTokens(e *exhibition) {
	s := e.newDesk()
	r := e.newRoom(s, s.SignedIn(desktest.Maya))
	r.answer("none", r.get("/desk/tokens"))
	r.answer("made", r.post("POST", "/desk/tokens", "name", "press "+webtest.Hostile, "scope", "read", "scope", "send"))
	r.show("/desk/tokens", "/desk/tokens?done=token_revoked")
	r.answer("nameless", r.post("POST", "/desk/tokens", "name", " ", "scope", "read"))
	r.answer("powerless", r.post("POST", "/desk/tokens", "name", "press"))
}

// showWebhooks: nobody is told, somebody is, and somebody cannot be.
func showWebhooks(e *exhibition) {
	s := e.newDesk()
	e.newRoom(s, s.SignedIn(desktest.Maya)).show("/desk/webhooks")
	h := newHooked(e.T)
	r := e.newRoom(h.deskSite, h.SignedIn(desktest.Maya))
	try := func() *http.Response { return r.post("POST", "/desk/webhooks/test", "endpoint", h.keys[0]) }
	r.answer("told", r.get("/desk/webhooks"))
	r.answer("tried", try())
	h.leaves(webtest.Ada)
	h.fails(h.keys[0], webhook.Result{State: webhook.Queued, Attempt: true, Due: time.Now(), Code: 503, Error: "it answered 503 Service Unavailable"})
	h.fails(h.keys[1], webhook.Result{State: webhook.Queued, Attempt: true, Gone: true, Due: time.Now(), Code: 410, Error: "it answered 410 Gone"})
	h.answer.Store(http.StatusTeapot)
	r.show("/desk/webhooks")
	r.answer("refused", try())
}

// showContent: sources that are well, that hold something and that fail;
// articles, events, and feeds.
func showContent(e *exhibition) {
	s := newContentDesk(e.T)
	s.Census = &readership.Census{Key: []byte("key")}
	s.add("copy")
	twin := &s.Folder.Articles[len(s.Folder.Articles)-1]
	twin.Keys = append(twin.Keys, "test:id:7")
	s.Folder.Articles[0].Keys = append(s.Folder.Articles[0].Keys, "test:id:7")
	s.Sync()
	a, err := s.DB.ArticleBySlug(e.Context(), "article-1")
	s.Must(err)
	hostile, err := s.DB.ArticleBySlug(e.Context(), "hostile")
	s.Must(err)
	r := e.newRoom(s.deskSite, s.may)
	r.answer("conflict", r.get("/desk/sources"))
	s.Syncer.Sources[0].Rules.Flood = 2
	for i := range 3 {
		s.add(fmt.Sprintf("flood-%d", i))
	}
	s.acts("/desk/sources/read", "/desk/sources?did=read", "source", "test")
	r.answer("flood", r.get("/desk/sources?did=read"))
	r.show("/desk/articles", "/desk/articles?state=held", "/desk/articles?q=nothing", "/desk/articles?page=2", "/desk/articles/"+a.Item, "/desk/articles/"+hostile.Item, "/desk/events")
	s.acts("/desk/articles/"+a.Item, "/desk/articles/"+a.Item+"?did=withdrawn", "do", "withdraw", "seen", fmt.Sprint(a.N))
	r.answer("withdrawn", r.get("/desk/articles/"+a.Item+"?did=withdrawn"))
	r.show("/desk/feeds")
	s.Syncer.Sources[0].Source = unread{s.Folder}
	s.acts("/desk/sources/read", "/desk/sources?did=failed", "source", "test")
	r.show("/desk/sources?did=failed")
	e.newRoom(s.deskSite, s.looks).show("/desk/sources", "/desk/articles/"+a.Item)
}

// showMistakes: what is not there, what somebody may not, and what another site
// had a browser send.
func showMistakes(e *exhibition) {
	s := e.newDesk()
	r := e.newRoom(s, s.add("vi@example.com", editors.RoleViewer))
	for name, path := range map[string]string{"missing": "/desk/nothing", "gone": "/desk/newsletters/none", "forbidden": "/desk/people"} {
		r.answer(name, r.get(path))
	}
}
