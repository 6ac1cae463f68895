package subscribers

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The files in testdata are made up, in the shape of what each product
// exports.
func TestMapping(t *testing.T) {
	at := func(s string) time.Time {
		when, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	topics := map[string]string{"platform": "Platform", "leadership": "Leadership"}
	row := func(line int, email, name string, change func(*ImportRow)) ImportRow {
		r := ImportRow{Line: line, Email: email, Name: name, Newsletters: []string{"weekly"}, Unstated: true}
		if change != nil {
			change(&r)
		}
		return r
	}
	const beganAda, beganBo = "2024-03-01T09:30:00Z", "2023-07-09T22:15:41.123Z"

	for _, c := range []struct {
		file    string
		product string
		used    string
		unused  string
		every   Status
		caution bool
		rows    []ImportRow
		refused []string
	}{
		{
			file: "subscribed_email_audience_export_0a1b2c3d4e.csv", product: "Mailchimp",
			used:   "Email Address: email, First Name: first name, Last Name: last name, OPTIN_TIME: since, if any, CONFIRM_TIME: confirmed, TIMEZONE: time zone, if any, TAGS: tags",
			unused: "Address, Phone Number, Birthday, MEMBER_RATING, OPTIN_IP, CONFIRM_IP, LATITUDE, LONGITUDE, GMTOFF, DSTOFF, CC, REGION, LAST_CHANGED, LEID, EUID, NOTES",
			rows: []ImportRow{
				row(2, "ada@example.com", "Ada Okonkwo", func(r *ImportRow) {
					r.Since, r.Timezone, r.Topics = at("2023-03-14T09:12:31Z"), "Europe/London", []string{"Platform"}
					r.Evidence = "at Mailchimp since 2023-03-14, confirmed 2023-03-14"
				}),
				row(3, "maelle@example.org", "Maëlle", func(r *ImportRow) {
					r.Since, r.Timezone = at("2024-11-02T18:20:05Z"), "America/New_York"
					r.Evidence = "at Mailchimp confirmed 2024-11-02"
				}),
				row(4, "Joao@example.net", "João Gonçalves", func(r *ImportRow) {
					r.Since, r.Topics = at("2022-01-05T00:00:00Z"), []string{"Leadership"}
					r.Evidence = "at Mailchimp since 2022-01-05, confirmed 2022-01-05"
				}),
			},
		},
		{
			file: "unsubscribed_email_audience_export_0a1b2c3d4e.csv", product: "Mailchimp", every: Left,
			used:   "Email Address: email, First Name: first name, Last Name: last name, OPTIN_TIME: since, if any, CONFIRM_TIME: confirmed, TIMEZONE: time zone, if any, UNSUB_TIME: left, TAGS: tags",
			unused: "MEMBER_RATING, OPTIN_IP, CONFIRM_IP, CC, REGION, UNSUB_CAMPAIGN_TITLE, UNSUB_CAMPAIGN_ID, UNSUB_REASON, UNSUB_REASON_OTHER, LAST_CHANGED, LEID, EUID, NOTES",
			rows: []ImportRow{
				row(2, "bo@example.com", "Bo Larsen", func(r *ImportRow) {
					r.Status, r.Since = Left, at("2021-05-01T10:00:00Z")
					r.Ended = map[string]time.Time{"weekly": at("2025-02-03T04:05:06Z")}
					r.Evidence = "at Mailchimp since 2021-05-01, confirmed 2021-05-01, unsubscribed 2025-02-03"
				}),
				row(3, "cy@example.com", "", func(r *ImportRow) {
					r.Status, r.Since, r.Evidence = Left, at("2021-06-01T10:02:00Z"), "at Mailchimp confirmed 2021-06-01"
				}),
			},
		},
		{
			file: "cleaned_email_audience_export_0a1b2c3d4e.csv", product: "Mailchimp", every: Bounced,
			used:   "Email Address: email, First Name: first name, Last Name: last name, OPTIN_TIME: since, if any, CONFIRM_TIME: confirmed, TAGS: tags",
			unused: "MEMBER_RATING, OPTIN_IP, CONFIRM_IP, CLEAN_TIME, CLEAN_CAMPAIGN_TITLE, CLEAN_CAMPAIGN_ID, LAST_CHANGED, LEID, EUID, NOTES",
			rows: []ImportRow{row(2, "di@example.com", "Di Moss", func(r *ImportRow) {
				r.Status, r.Since, r.Evidence = Bounced, at("2020-02-02T02:02:02Z"), "at Mailchimp confirmed 2020-02-02"
			})},
		},
		{
			file: "ghost.csv", product: "Ghost",
			used:   "email: email, name: name, subscribed_to_emails: status, created_at: since, if any, deleted_at: deleted, labels: tags",
			unused: "id, note, complimentary_plan, stripe_customer_id, tiers",
			rows: []ImportRow{
				row(2, "ada@example.com", "Ada Okonkwo", func(r *ImportRow) {
					r.Status, r.Since, r.Topics, r.Evidence = Active, at(beganAda), []string{"Platform"}, "at Ghost since 2024-03-01"
				}),
				row(3, "bo@example.com", "", func(r *ImportRow) { r.Status, r.Since, r.Evidence = Left, at(beganBo), "at Ghost since 2023-07-09" }),
			},
			refused: []string{
				"line 4: deleted_at: this reader was deleted there",
				`line 5: subscribed_to_emails: "maybe" at Ghost is like no status here (leave the row out, or write it in a file of ours)`,
			},
		},
		{
			file: "substack.csv", product: "Substack",
			used:   "email: email, email_disabled: status, created_at: since, if any",
			unused: "active_subscription, expiry, plan, first_payment_at",
			rows: []ImportRow{
				row(2, "ada@example.com", "", func(r *ImportRow) {
					r.Status, r.Since, r.Evidence = Active, at(beganAda), "at Substack since 2024-03-01"
				}),
				row(3, "bo@example.com", "", func(r *ImportRow) { r.Status, r.Since, r.Evidence = Left, at(beganBo), "at Substack since 2023-07-09" }),
			},
		},
		{
			file: "substack-dashboard.csv", product: "Substack", caution: true,
			used:   "Email: email, Name: name, Start date: since, if any",
			unused: "Stripe plan, Cancel date, Paid upgrade date, Activity, Type, Subscription source (free)",
			rows: []ImportRow{
				row(2, "ada@example.com", "Ada Okonkwo", func(r *ImportRow) { r.Since, r.Evidence = at(beganAda), "at Substack since 2024-03-01" }),
				row(3, "bo@example.com", "", func(r *ImportRow) { r.Since, r.Evidence = at(beganBo), "at Substack since 2023-07-09" }),
			},
		},
		{
			file: "buttondown.csv", product: "Buttondown",
			used:   "email_address: email, metadata: details, tags: tags, creation_date: since, if any, type: status, unsubscription_date: left",
			unused: "id, notes, referrer_url, secondary_id, source, unsubscription_reason, undeliverability_date, undeliverability_reason, utm_campaign, utm_medium, utm_source",
			rows: []ImportRow{
				row(2, "ada@example.com", "Ada Okonkwo", func(r *ImportRow) {
					r.Status, r.Since, r.Topics, r.Evidence = Active, at(beganAda), []string{"Platform"}, "at Buttondown since 2024-03-01"
				}),
				row(3, "bo@example.com", "", func(r *ImportRow) {
					r.Status, r.Since, r.Evidence = Left, at(beganBo), "at Buttondown since 2023-07-09, unsubscribed 2025-05-05"
					r.Ended = map[string]time.Time{"weekly": at("2025-05-05T05:05:05Z")}
				}),
				row(4, "cy@example.com", "", func(r *ImportRow) {
					r.Status, r.Since, r.Topics, r.Evidence = Pending, at("2023-07-09T22:15:41Z"), []string{"Leadership"}, "at Buttondown since 2023-07-09"
				}),
				row(5, "di@example.com", "", func(r *ImportRow) {
					r.Status, r.Since, r.Evidence = Bounced, at("2023-07-09T22:15:41Z"), "at Buttondown since 2023-07-09"
				}),
				row(7, "flo@example.com", "", func(r *ImportRow) { r.Status = Active }),
			},
			refused: []string{`line 6: type: "spammy" at Buttondown is like no status here (leave the row out, or write it in a file of ours)`},
		},
		{
			file: "listmonk.csv", product: "listmonk", caution: true,
			used:   "email: email, name: name, status: status, created_at: since, if any",
			unused: "uuid, attributes, updated_at",
			rows: []ImportRow{
				row(2, "ada@example.com", "Ada Okonkwo", func(r *ImportRow) {
					r.Status, r.Since, r.Evidence = Active, at("2024-03-01T09:30:00.123Z"), "at listmonk since 2024-03-01"
				}),
				row(3, "bo@example.com", "Bo", func(r *ImportRow) {
					r.Status, r.Since, r.Evidence = Left, at("2023-07-09T16:45:41.123Z"), "at listmonk since 2023-07-09"
				}),
				row(4, "cy@example.com", "Cy", func(r *ImportRow) {
					r.Status, r.Since, r.Evidence = Left, at("2023-07-09T22:15:41Z"), "at listmonk since 2023-07-09"
				}),
			},
		},
		{
			file: "mailpoet.csv", product: "MailPoet", caution: true,
			used:   "Email: email, First name: first name, Last name: last name, Subscription time: since, if any, Confirmation time: confirmed, List status: status, Global status: status",
			unused: "Subscription IP, Confirmation IP, Favourite biscuit, List",
			rows: []ImportRow{
				row(2, "ada@example.com", `Ada "the Great" Okonkwo`, func(r *ImportRow) {
					r.Status, r.Since, r.Evidence = Active, at(beganAda), "at MailPoet since 2024-03-01, confirmed 2024-03-01"
				}),
				row(3, "bo@example.com", "", func(r *ImportRow) {
					r.Status, r.Since, r.Evidence = Left, at("2023-07-09T22:15:41Z"), "at MailPoet since 2023-07-09"
				}),
				row(4, "cy@example.com", "Cy", func(r *ImportRow) {
					r.Status, r.Since, r.Evidence = Pending, at("2023-07-09T22:15:41Z"), "at MailPoet since 2023-07-09"
				}),
				row(5, "di@example.com", "Di", func(r *ImportRow) { r.Status = Bounced }),
				row(6, "ed@example.com", "Ed", func(r *ImportRow) { r.Status = Active }),
			},
			refused: []string{"line 7: email: the same address as in line 2 (the first one counts)"},
		},
	} {
		t.Run(c.file, func(t *testing.T) {
			f, err := os.Open(filepath.Join("testdata", c.file))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			in, err := (&Importer{Newsletters: []string{"weekly"}, File: c.file, Topic: func(tag string) string { return topics[strings.ToLower(tag)] }}).open(f)
			if err != nil {
				t.Fatal(err)
			}
			m := in.Mapping
			var used []string
			for _, col := range m.Used {
				used = append(used, col.Header+": "+col.As)
			}
			if m.Product != c.product || m.Every != c.every || (m.Caution != "") != c.caution {
				t.Errorf("read as %+v", m)
			}
			if diff := cmp.Diff(c.used, strings.Join(used, ", ")); diff != "" {
				t.Errorf("used (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.unused, strings.Join(m.Unused, ", ")); diff != "" {
				t.Errorf("unused (-want +got):\n%s", diff)
			}
			var rows []ImportRow
			var refused []string
			for row, err := range in.Rows() {
				if err != nil {
					refused = append(refused, err.Error())
					continue
				}
				rows = append(rows, row)
			}
			if diff := cmp.Diff(c.rows, rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.refused, refused); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
		})
	}
}

// Mailchimp says only by the name of a file what its contacts are.
func TestMappingByName(t *testing.T) {
	const file = "Email Address,LEID,LAST_CHANGED\nada@example.com,1,2024-04-04 04:04:04\n"
	for _, c := range []struct {
		name, file string
		want       Status
		stranger   bool
	}{
		{"", file, "", false},
		{"list.csv", file, "", false},
		{"subscribed_members_export_1.csv", file, "", false},
		{"unsubscribed_members_export_1.csv", file, Left, false},
		{`C:\Mail\Cleaned_members_export_1.csv`, file, Bounced, false},
		{"/tmp/nonsubscribed_members_export_1.csv", file, "", true},
		{"unsubscribed_people.csv", "email\nada@example.com\n", "", false}, // nobody's we know
	} {
		in, err := (&Importer{Newsletters: []string{"weekly"}, File: c.name}).open(strings.NewReader(c.file))
		if refused := (*RowError)(nil); c.stranger {
			if !errors.As(err, &refused) {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for row, err := range in.Rows() {
			if err != nil || row.Status != c.want {
				t.Errorf("%s: %q, %v", c.name, row.Status, err)
			}
		}
	}
}

// Tags are topics only where somebody says so.
func TestTagsAreNoTopics(t *testing.T) {
	f, err := os.Open(filepath.Join("testdata", "ghost.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in, err := NewReader(f, []string{"weekly"})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(in.Mapping.Unused, " "); !strings.Contains(got, "labels") {
		t.Errorf("not used: %s", got)
	}
	for row := range in.Rows() {
		if len(row.Topics) > 0 {
			t.Errorf("%s is for %q", row.Email, row.Topics)
		}
	}
}

func TestMoment(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z"},
		{"2026-11-24T12:00:00.1234+01:00", "2026-11-24T11:00:00.123Z"},
		{"2026-11-24t12:00:00z", "2026-11-24T12:00:00Z"},
		{"2026-11-24", "2026-11-24T00:00:00Z"},
		{"2026-11-24 12:00", "2026-11-24T12:00:00Z"},
		{"2026-11-24 12:00:00", "2026-11-24T12:00:00Z"},
		{"2026-11-24T12:00:00", "2026-11-24T12:00:00Z"},
		{"2026-11-24 12:00:00.5 +0530 IST", "2026-11-24T06:30:00.5Z"},
		{"2026-11-24 12:00:00+00", "2026-11-24T12:00:00Z"},
		{"2026-11-24 12:00:00 UTC", "2026-11-24T12:00:00Z"},
		{"24/11/2026", ""}, {"11/24/26 12:00", ""}, {"2026-13-01", ""}, {"1969-12-31", ""}, {"0001-01-01", ""}, {"", ""}, {"soon, I hope", ""},
	} {
		got, ok := parseMoment(c.in)
		if text := stamp(got); ok != (c.want != "") || ok && text != c.want {
			t.Errorf("%q is %s, %t; want %q", c.in, text, ok, c.want)
		}
	}
}

func TestTags(t *testing.T) {
	for in, want := range map[string][]string{
		"": nil, "one": {"one"}, `"one","two three"`: {"one", "two three"}, "one, two;three ": {"one", "two", "three"},
		`["one", "two"]`: {"one", "two"}, "[one": {"[one"}, ",,": nil,
	} {
		if diff := cmp.Diff(want, tags(in)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", in, diff)
		}
	}
}
