package templates

import "html/template"

// sampleContent are the editors' pages of sources, articles, events and feeds,
// full and bare.
func sampleContent(lang string) []View {
	frame := func(title string) DeskFrame { return sampleFrame(lang, title, 2) }
	bare := DeskFrame{Page: samplePage(false, lang, "")}
	programs := []DeskProgram{{"Feedly", "16", ""}, {"Newsboat", "", "3"}}
	return []View{
		&DeskSourcesPage{
			DeskFrame: frame("Sources"), May: true, Try: "/desk/sources/read", Rule: "/desk/sources/rule", Back: "/desk/sources/back",
			Sources: []DeskSourceCard{{
				Name: "dir:examples/lead", State: "Waits for you", Tone: "warn", Read: "23 November 2026, 17:00 GMT",
				Facts:   []DeskFact{{Label: "Articles", Value: "76"}, {Label: "Held", Value: "22"}},
				Flooded: "21 new articles are held.", Release: "Release 21 articles", Gone: true, Agree: "21",
				Held: []DeskHeld{
					{Title: "On-call", Reason: "it has the same id as b.md, 7", At: "articles/on-call.md:1:1", Mark: "m1", Items: []Option{{Value: "a", Label: "The on-call story"}}},
					{Title: "Another", Reason: "it has the same text as c.md", Mark: "m2"},
				},
				Errors: []string{"articles/draft.md:3:7: not a date"}, Rulings: []DeskRuling{{"A copy", "left alone", "m3"}},
			}, {
				Name: "feed:https://example.com/feed", State: "Failing", Tone: "bad", Read: "Never", Failed: "Could not be read on 23 November", Why: "feed: 503 Service Unavailable",
			}},
		},
		&DeskSourcesPage{DeskFrame: bare},
		&DeskArticlesPage{
			DeskFrame: frame("Articles"), Sum: "2 articles", Words: "on-call", States: []Option{{Label: "All states"}, {Value: "public", Label: "Public", Chosen: true}},
			Articles: []DeskArticleLine{
				{Title: "The on-call story", URL: "/desk/articles/a", State: "Public", Tone: "ok", Marks: []string{"Pinned"}, Published: "3 June 2026", Source: "dir:examples/lead", Number: "12"},
				{Title: "Another", URL: "/desk/articles/b", State: "Held", Tone: "warn", Published: "4 June 2026", Source: "dir:examples/lead"},
			},
			Pages: Pages{Newer: "/desk/articles", Older: "/desk/articles?page=3"},
		},
		&DeskArticlesPage{DeskFrame: bare, Sum: "No articles"},
		&DeskArticlesPage{DeskFrame: bare, Bare: true},
		&DeskArticlePage{
			DeskFrame: frame("The on-call story"), Name: "The on-call story", Standfirst: "Six of forty.", TextLang: "en", TextDir: "ltr", State: "Public", Tone: "ok", Marks: []string{"Pinned"},
			Facts: []DeskFact{{Label: "Source", Value: "dir:examples/lead", Dir: "ltr"}, {Label: "Published", Value: "3 June 2026"}},
			Links: []Link{{Label: "Public page", URL: "/articles/on-call"}}, Body: template.HTML("<p>The team was forty people and the rota was six.</p>"),
			Numbers: []DeskNumber{
				{Number: "40", Time: "9 June 2026, 08:00 GMT"},
				{Number: "12", Time: "3 June 2026, 08:00 GMT", Baseline: true, Given: []DeskGivenBy{{"weekly/2026-06-09T08:00", "/desk/editions/weekly/2026-06-09T08:00", "to 12,408 readers"}}, More: "and one more edition"},
			},
			Acts:   []DeskAct{{Do: "again", Label: "Release again", Text: "It gets a new number."}, {Do: "withdraw", Label: "Withdraw", Text: "It leaves the feeds.", Stop: true}},
			Action: "/desk/articles/a", Seen: "40",
		},
		&DeskArticlePage{DeskFrame: bare, Name: "A title", State: "Held"},
		&DeskEventsPage{
			DeskFrame: frame("Events"), Action: "/desk/events",
			Events: []DeskEventLine{
				{ID: "e", Name: "LeadDev London", URL: "/events#e", Days: "2–3 June 2027", Place: "London", Source: "dir:examples/lead", State: "Takes place", Tone: "ok", Letters: []string{"Reminded 21 April 2027"}, Quiet: true, Ahead: true},
				{Name: "Berlin", Days: "9 November 2026", Source: "dir:examples/lead", State: "Cancelled", Tone: "warn"},
			},
		},
		&DeskEventsPage{DeskFrame: bare},
		&DeskFeedsPage{
			DeskFrame: frame("Feeds"), Intro: "Counts are of 22 November 2026.", Programs: programs,
			Feeds: []DeskFeedLine{
				{Path: "/feed.rss", Title: "The Example Lead", Items: "30", Size: "48 KB", Check: "Valid", Tone: "ok", Told: "16", Clients: "3", Followers: "2", Programs: programs},
				{Path: "/feed.atom", Items: "30", Size: "50 KB", Check: "one finding", Tone: "warn", Findings: []string{"3: warning: item 3: is no address (InvalidURL)"}},
			},
		},
		&DeskFeedsPage{DeskFrame: bare},
	}
}
