package desk

import (
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/web"
)

// Routes implements [web.Room]: all patterns and what answers them, on one
// screen. GET is HEAD too.
func (d *Desk) Routes() map[string]web.Handler {
	routes := map[string]web.Handler{
		"GET /desk":                                   d.editor(d.nextSends),
		"GET /desk/newsletters/{newsletter}":          d.editor(d.nextEdition),
		"POST /desk/newsletters/{newsletter}":         d.only(editors.RoleEditor, d.editEdition),
		"GET /desk/newsletters/{newsletter}/preview":  d.editor(d.preview),
		"POST /desk/newsletters/{newsletter}/reader":  d.only(editors.RoleEditor, d.readerGlance),
		"POST /desk/newsletters/{newsletter}/test":    d.only(editors.RoleEditor, d.test),
		"POST /desk/newsletters/{newsletter}/approve": d.only(editors.RoleEditor, d.approve),
		"GET /desk/newsletters/{newsletter}/send":     d.only(editors.RoleEditor, d.askToSend),
		"POST /desk/newsletters/{newsletter}/send":    d.only(editors.RoleEditor, d.sendNow),
		"GET /desk/sign-in":                           d.signIn,
		"POST /desk/sign-in":                          d.knock,
		"GET /desk/sign-in/sent":                      d.linkMailed,
		"GET /desk/first/{token}":                     d.beFirst,
		"POST /desk/first/{token}":                    d.enterFirst,
		"GET /desk/account":                           d.editor(d.account),
		"POST /desk/account":                          d.editor(d.rename),
		"POST /desk/account/password":                 d.editor(d.choosePassword),
		"GET /desk/people":                            d.only(editors.RoleOwner, d.people),
		"POST /desk/people":                           d.only(editors.RoleOwner, d.invite),
		"POST /desk/people/role":                      d.onPerson(d.giveRole),
		"POST /desk/people/remove":                    d.onPerson(d.dismiss),
		"POST /desk/people/link":                      d.onPerson(d.mailPerson),
		"POST /desk/people/sessions":                  d.onPerson(d.endPerson),
		"GET /desk/log":                               d.editor(d.acts),
		"GET /desk/log.jsonl":                         d.editor(d.exportLog),
		"GET /desk/sign-in/{token}":                   d.askToSignIn,
		"POST /desk/sign-in/{token}":                  d.enter,
		"POST /desk/sign-out":                         d.signOut,
		"POST /desk/sessions":                         d.editor(d.endSession),
	}
	if d.Readers != nil {
		const reader = " /desk/readers/{id}"
		routes["GET /desk/readers"] = d.editor(d.readers)
		routes["POST /desk/readers/export"] = d.only(editors.RoleOwner, d.exportReaders)
		routes["GET"+reader] = d.editor(d.reader)
		routes["POST"+reader] = d.only(editors.RoleEditor, d.actForReader)
		routes["POST"+reader+"/data"] = d.only(editors.RoleEditor, d.giveReaderData)
		routes["GET"+reader+"/erase"] = d.only(editors.RoleOwner, d.askToErase)
		routes["POST"+reader+"/erase"] = d.only(editors.RoleOwner, d.eraseReader)
	}
	if d.Imports != nil {
		const file = " /desk/import/{id}"
		routes["GET /desk/import"] = d.only(editors.RoleEditor, d.askForFile)
		routes["POST /desk/import"] = d.only(editors.RoleEditor, d.takeFile)
		routes["GET"+file] = d.only(editors.RoleEditor, d.importPage)
		routes["POST"+file] = d.only(editors.RoleEditor, d.decideImport)
		routes["GET"+file+"/refused.csv"] = d.only(editors.RoleEditor, d.refusedRows)
	}
	if d.Editions != nil {
		routes["GET /desk/editions"] = d.editor(d.pastEditions)
		const edition = " /desk/editions/{newsletter}/{slot}"
		routes["GET"+edition] = d.editor(d.editionAtDesk)
		routes["GET"+edition+"/events"] = d.editor(d.editionEvents)
		routes["GET"+edition+"/cancel"] = d.only(editors.RoleEditor, d.askToCancel)
		routes["POST"+edition+"/cancel"] = d.only(editors.RoleEditor, d.cancelEdition)
		routes["POST"+edition+"/pause"] = d.only(editors.RoleEditor, d.pauseEdition)
		routes["POST"+edition+"/resume"] = d.only(editors.RoleEditor, d.resumeEdition)
		routes["POST"+edition+"/csv"] = d.only(editors.RoleEditor, d.deliveries)
		routes["GET"+edition+"/letter/{version}"] = d.editor(d.givenPage)
		routes["GET"+edition+"/letter/{version}/{form}"] = d.editor(d.givenForm)
	}
	if d.Content != nil {
		routes["GET /desk/sources"] = d.editor(d.sourcesPage)
		routes["POST /desk/sources/read"] = d.only(editors.RoleEditor, d.readSource)
		routes["POST /desk/sources/rule"] = d.only(editors.RoleEditor, d.ruleSource)
		routes["POST /desk/sources/back"] = d.only(editors.RoleEditor, d.unruleSource)
		routes["GET /desk/articles"] = d.editor(d.articles)
		routes["GET /desk/articles/{id}"] = d.editor(d.article)
		routes["POST /desk/articles/{id}"] = d.only(editors.RoleEditor, d.actOnArticle)
		routes["GET /desk/events"] = d.editor(d.events)
		routes["POST /desk/events"] = d.only(editors.RoleEditor, d.actOnEvent)
		routes["GET /desk/feeds"] = d.editor(d.feeds)
	}
	if d.Webhooks != nil {
		routes["GET /desk/webhooks"] = d.only(editors.RoleOwner, d.webhooks)
		routes["POST /desk/webhooks/test"] = d.only(editors.RoleOwner, d.tryWebhook)
		routes["POST /desk/webhooks/on"] = d.only(editors.RoleOwner, d.switchWebhookOn)
	}
	if d.Programs != nil {
		routes["GET /desk/tokens"] = d.only(editors.RoleOwner, d.tokens)
		routes["POST /desk/tokens"] = d.only(editors.RoleOwner, d.makeToken)
		routes["POST /desk/tokens/revoke"] = d.only(editors.RoleOwner, d.revokeToken)
	}
	return routes
}
