package subscribers

import (
	"path"
	"slices"
	"strings"
)

// A Mapping is how the columns of a file were understood.
type Mapping struct {
	Product string   `json:"product"`           // whose export it is; empty: ours, or nobody's that we know
	Used    []Column `json:"used"`              // in the order of the file
	Unused  []string `json:"unused"`            // columns that say nothing to us, as written
	Every   Status   `json:"every,omitempty"`   // what every reader of the file is; empty: it says so row by row, or not
	Because string   `json:"because,omitempty"` // how we know Every
	Caution string   `json:"caution,omitempty"` // what exports of this product do not say
}

// A Column is a column of a file and what it is to us.
type Column struct {
	Header string `json:"header"` // as written
	As     string `json:"as"`     // one of [Columns], or what becomes one of them: "first name"
}

// What columns of other products are to us, beside [Columns].
const (
	asFirst     = "first name"
	asLast      = "last name"
	asTags      = "tags"              // topics, when the editor says so
	asZone      = "time zone, if any" // a guess of the product: what is none is not a mistake
	asDate      = "since, if any"     // the first one that is a date counts
	asConfirmed = "confirmed"
	asLeftAt    = "left"    // when; empty says nothing
	asGone      = "deleted" // when; empty: not
	asDetails   = "details" // JSON that may hold a name
	asNothing   = "nothing" // known, and of no use: not worth telling
)

// A product is a tool whose exports are known by their columns.
type product struct {
	name     string
	marks    []string          // columns that together only its files have; | parts the names of one
	columns  map[string]string // what its columns are to us
	statuses map[string]Status // its words for them; others are refused
	every    map[string]Status // a column that only the file of such readers has
	slash    bool              // writes \" for a quote in a quoted field
	caution  string
}

// products are those we know, the most special marks first. Their columns were
// looked up in what they write: see the files in testdata.
var products = []product{
	{
		name:  "Mailchimp",
		marks: []string{"email address|email", "leid|euid|member_rating", "last_changed|optin_time|confirm_time"},
		columns: map[string]string{
			"email address": "email", "email": "email", "first name": asFirst, "last name": asLast, "fname": asFirst, "lname": asLast,
			"optin_time": asDate, "confirm_time": asConfirmed, "timezone": asZone, "tags": asTags, "unsub_time": asLeftAt,
		},
		every: map[string]Status{"unsub_time": Left, "clean_time": Bounced},
	},
	{
		name:  "Ghost",
		marks: []string{"email", "subscribed_to_emails", "complimentary_plan|stripe_customer_id"},
		columns: map[string]string{
			"email": "email", "name": "name", "subscribed_to_emails": "status", "created_at": asDate, "deleted_at": asGone, "labels": asTags,
		},
		statuses: map[string]Status{"true": Active, "false": Left},
	},
	{
		name:     "Substack",
		marks:    []string{"email", "active_subscription", "email_disabled"},
		columns:  map[string]string{"email": "email", "name": "name", "email_disabled": "status", "created_at": asDate},
		statuses: map[string]Status{"false": Active, "true": Left},
	},
	{
		name:    "Substack",
		marks:   []string{"email", "start date", "stripe plan|subscription type|paid upgrade date"},
		columns: map[string]string{"email": "email", "name": "name", "start date": asDate},
		caution: "this Substack file does not say who has turned letters off; the email_list file of its whole export does",
	},
	{
		name:  "Buttondown",
		marks: []string{"email|email_address", "creation_date", "type|subscriber_type"},
		columns: map[string]string{
			"email": "email", "email_address": "email", "type": "status", "subscriber_type": "status", "creation_date": asDate,
			"tags": asTags, "metadata": asDetails, "unsubscription_date": asLeftAt,
		},
		statuses: map[string]Status{
			"regular": Active, "premium": Active, "trialed": Active, "unpaid": Active, "gifted": Active, "churning": Active,
			"churned": Active, "past_due": Active, "unactivated": Pending, "unsubscribed": Left, "removed": Left,
			"undeliverable": Bounced, "complained": Complained,
		},
	},
	{
		name:     "listmonk",
		marks:    []string{"uuid", "email", "attributes", "status"},
		columns:  map[string]string{"email": "email", "name": "name", "status": "status", "created_at": asDate},
		statuses: map[string]Status{"enabled": Active, "disabled": Left, "blocklisted": Left, "blacklisted": Left},
		caution:  "a listmonk file does not say who has left a list or never confirmed it; export the confirmed readers of one list",
	},
	{
		name:  "MailPoet",
		marks: []string{"email", "list status|global status", "list|subscription time|confirmation time"},
		columns: map[string]string{
			"email": "email", "first name": asFirst, "last name": asLast, "list status": "status", "global status": "status",
			"subscription time": asDate, "confirmation time": asConfirmed,
		},
		statuses: map[string]Status{
			"subscribed": Active, "inactive": Active, "unconfirmed": Pending, "unsubscribed": Left, "bounced": Bounced,
		},
		slash:   true,
		caution: "MailPoet writes a reader once for each list; the first row counts, so export one list at a time",
	},
}

// ours is what files of nobody in particular may call their columns.
var ours = product{columns: map[string]string{
	"e-mail": "email", "email address": "email", "e-mail address": "email", "emailaddress": "email",
	"first name": asFirst, "first_name": asFirst, "firstname": asFirst,
	"last name": asLast, "last_name": asLast, "lastname": asLast, "surname": asLast,
}}

// notices are columns of the file of refused rows, which we wrote.
var notices = []string{"line", "reason"}

// recognise finds whose export a file with this header is.
func recognise(header []string) *product {
	for i := range products {
		if p := &products[i]; p.wrote(header) {
			return p
		}
	}
	return &ours
}

// wrote reports whether all marks are in a folded header.
func (p *product) wrote(header []string) bool {
	for _, mark := range p.marks {
		if !slices.ContainsFunc(strings.Split(mark, "|"), func(name string) bool { return slices.Contains(header, name) }) {
			return false
		}
	}
	return true
}

// as returns what a column of the product, folded, is to us; empty: nothing.
func (p *product) as(column string) string {
	if as, ok := p.columns[column]; ok {
		return as
	}
	if p.name == "" && slices.Contains(Columns, column) {
		return column
	}
	if slices.Contains(notices, column) {
		return asNothing
	}
	return ""
}

// everybody returns what all readers of a file are, and how we know: Mailchimp
// says so by its columns and by the name of the file, and nowhere else. Who
// never subscribed there never agreed to anything: stranger is true.
func (p *product) everybody(header []string, file string) (status Status, because string, stranger bool) {
	if p.name != "Mailchimp" {
		return "", "", false
	}
	for _, h := range header {
		if st, ok := p.every[h]; ok {
			return st, "it has the column " + strings.ToUpper(h), false
		}
	}
	kind, _, _ := strings.Cut(strings.ToLower(path.Base(strings.ReplaceAll(file, `\`, "/"))), "_")
	switch kind {
	case "unsubscribed":
		return Left, "of its name", false
	case "cleaned":
		return Bounced, "of its name", false
	case "nonsubscribed":
		return "", "of its name", true
	}
	return "", "", false
}

// mark returns a column that says the same of every reader of a file as its
// name does; empty when there is nothing to say, or the header says it.
func (m *Mapping) mark(header []string) string {
	for i := range products {
		p := &products[i]
		if p.name != m.Product || m.Every == "" || slices.ContainsFunc(header, func(h string) bool { return p.every[foldHeader(h)] != "" }) {
			continue
		}
		for column, status := range p.every {
			if status == m.Every {
				return strings.ToUpper(column)
			}
		}
	}
	return ""
}

// foldHeader is a header for comparing.
func foldHeader(h string) string { return strings.ToLower(strings.TrimFunc(h, blank)) }
