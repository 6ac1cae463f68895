package templates

// sampleFrame is the frame of the desk around a page of that title, the page of
// the stop of that number.
func sampleFrame(lang, title string, stop int) DeskFrame {
	f := DeskFrame{
		Page: samplePage(true, lang, title), You: "Maya, editor", Account: "/desk/account", SignOut: "/desk/sign-out", Done: "Saved.",
		Menu: []Stop{{Label: "Next sends", URL: "/desk"}, {Label: "Editions", URL: "/desk/editions"}, {Label: "Sources (1 failing)", URL: "/desk/sources"}},
	}
	f.Menu[stop].Current, f.Menu[stop].Here = true, true
	return f
}

// sampleDesk are the editors' pages, full and bare.
func sampleDesk(lang string) []View {
	bare := samplePage(false, lang, "")
	return []View{
		&DeskPage{
			DeskFrame: sampleFrame(lang, "Next sends", 0), Who: "Signed in as Maya, owner.", Clock: "Times of Europe/London, where it is now 17:04.",
			Sends: []Send{
				{Title: "The Weekly", Goes: "Tuesday, 24 November 2026, 08:00 GMT", Readers: "12,408 readers", Versions: "9 versions", Contains: []string{"3 articles", "1 reminder"}, Without: "61 readers have nothing new.", State: "On schedule"},
				{Title: "Dates", Goes: "As soon as something is published", State: "Held", Note: "dates/r17 is paused."},
			},
			Editions: []DeskEdition{
				{ID: "weekly/2026-11-17T08:00", URL: "/editions/weekly/2026-11-17T08:00", State: "Sent", Planned: "12,408", Sent: "12,401", Failed: "7", Skipped: "0", Open: "0"},
				{ID: "dates/r17", State: "Paused", Warn: true, Reason: "the relay refuses us", Planned: "80", Sent: "0", Failed: "0", Skipped: "0", Open: "80"},
			},
			Sources: []DeskSource{{
				Name: "dir:examples/lead", Read: "23 November 2026, 17:00 GMT", Articles: "76", Events: "3", Held: "1", Refused: "1",
				Waiting: []Waiting{{"On-call", "two articles claim this address", "articles/on-call.md:1:1"}}, Errors: []string{"articles/draft.md:3:7: not a date"},
			}},
			Browsers: []Browser{{Session: "0a1b", Agent: "Mozilla/5.0", Seen: "Last seen today", This: true}, {Session: "2c3d", Seen: "Last seen 17 November 2026"}},
			End:      "/desk/sessions",
		},
		&DeskPage{DeskFrame: DeskFrame{Page: bare}},
	}
}
