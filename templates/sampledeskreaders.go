package templates

// sampleDeskReaders are the pages of readers at the desk, full and bare.
func sampleDeskReaders(lang string) []View {
	frame := func(title string) DeskFrame { return sampleFrame(lang, title, 1) }
	bare := DeskFrame{Page: samplePage(false, lang, "")}
	any := []Option{{Label: "Any"}, {Value: "active", Label: "Active", Chosen: true}}
	topics := []Choice{{Value: "Leadership", Ticked: true}, {Value: "Platform"}}
	full := DeskReaderPage{
		DeskFrame: frame("Reader 17"), Address: "reader@example.com", Back: "/desk/readers", State: "Takes a break", Warn: true,
		Facts: []DeskFact{{Label: "Name", Value: "A Reader", Dir: "auto"}, {Label: "Since", Value: "3 March 2026"}},
		Notes: []string{"Takes a break until 22 December 2026."},
		Subscriptions: []DeskSubscription{
			{Name: "weekly", Title: "The Weekly", State: "Since 3 March 2026", Bookmark: "Has been given everything up to release 141.", Known: true},
			{Name: "dates", Title: "Dates", State: "Left on 4 May 2026", Left: true, Bookmark: "Has been given nothing yet.", Known: true},
		},
		Waits: []DeskWait{{Edition: "weekly/2026-11-24T08:00", Next: "next try 08:14, after one attempt"}},
		Letters: []DeskLetter{
			{Edition: "weekly/2026-11-17T08:00", State: "Sent", When: "17 November 2026, 08:00 GMT", Items: []string{"On-call", "Reminder: London"}, More: "and 3 more"},
			{Edition: "weekly/2026-11-10T08:00", State: "Failed", Warn: true, Why: "the address does not exist; the server answered 550"},
		},
		Pages: Pages{Older: "/desk/readers/17?page=2"},
		Log: []DeskConsent{
			{When: "3 March 2026", What: "Signed up", How: "our form, from 203.0.113.0/24", Newsletters: "The Weekly", Words: "Subscribe to The Example Lead", Lang: "en"},
			{When: "4 May 2026", What: "Left", How: "the link in a letter"},
		},
		Action: "/desk/readers/17", Paused: true, Linked: true, Some: true, Topics: topics, Cities: []Choice{{Value: "Berlin"}},
		Tongues: []Option{{Label: "As the publication"}, {Value: "de", Label: "Deutsch", Lang: "de", Chosen: true}},
		Zones:   []Options{{Options: []Option{{Label: "As each newsletter"}}}, {Label: "Europe", Options: []Option{{Value: "Europe/London", Label: "London", Chosen: true}}}},
		Data:    "/desk/readers/17/data", Erase: "/desk/readers/17/erase",
	}
	wrong := full
	wrong.Paused, wrong.Weeks = false, []Option{{Value: "4", Label: "4 weeks", Chosen: true}}
	wrong.Note, wrong.Wrong = "", "Say what they asked for."
	return []View{
		&DeskReadersPage{
			DeskFrame: frame("Readers"), Counts: []DeskCount{{Label: "All", Number: "12,611", URL: "/desk/readers"}, {Label: "Active", Number: "12,408", URL: "/desk/readers?state=active", Current: true}},
			Search: true, Text: "reader", States: any, Newsletters: any, Topics: any, Cities: any,
			Readers: []DeskReaderLine{
				{Address: "reader@example.com", URL: "/desk/readers/17", Name: "A Reader", State: "Active", Since: "3 March 2026", Topics: []string{"Leadership", "Platform"}, Edition: "weekly/2026-11-17T08:00", Last: "17 November 2026, 08:00 GMT"},
				{Address: "new@example.com", State: "Signed up, not confirmed", Warn: true, Since: "23 November 2026"},
			},
			Sum: "2 found", Further: "Looked as far as reader 80,000, the newest first.", Newest: "/desk/readers", Next: "/desk/readers?before=80000",
			Import: "/desk/import", Export: "/desk/readers/export",
		},
		&DeskReadersPage{DeskFrame: frame("Readers"), Masked: true, States: any, Newsletters: any, Sum: "0 found"},
		&DeskReadersPage{DeskFrame: bare, States: any, Newsletters: any, Bare: true},
		&full, &wrong,
		&DeskReaderPage{DeskFrame: bare, Address: "r••@example.com", Back: "/desk/readers", State: "Active"},
		&DeskErasePage{DeskFrame: frame("Erase reader 17?"), Number: "17", Address: "reader@example.com", Action: "/desk/readers/17/erase", Back: "/desk/readers/17"},
	}
}

// sampleDeskImports are the pages of files of readers, in each of their states.
func sampleDeskImports(lang string) []View {
	frame := func(title string) DeskFrame { return sampleFrame(lang, title, 1) }
	bare := DeskFrame{Page: samplePage(false, lang, "")}
	const heading = "Check of readers-may.csv"
	checked := DeskImportPage{
		DeskFrame: frame(heading), State: ImportChecked, Heading: heading,
		Counts:  []DeskFact{{Label: "Rows", Value: "3,204"}, {Label: "New readers", Value: "2,871"}, {Label: "Left out", Value: "56"}},
		Product: "Read as an export of Mailchimp.", Columns: []DeskFact{{Label: "Email Address", Value: "email"}}, Unused: []string{"LEID"},
		Cautions: []string{"Everybody in it counts as Unsubscribed, because of the column UNSUB_TIME."}, Stays: []string{"39 rows unsubscribed before."},
		First:   []DeskRow{{Row: "2", Address: "ada@example.com", Name: "Ada", Newsletters: "The Weekly", Topics: "Leadership", Status: "Active"}},
		Refused: []DeskRefusal{{Row: "17", Column: "email", Why: "not an address"}, {Row: "240", Why: "a quote is opened and not closed"}},
		Some:    "These are the first 2.", Download: "/desk/import/0/refused.csv", Label: "Download all 56 with reasons",
		Notes:  []DeskRefusal{{Row: "3", Column: "email", Why: "the domain looks like a slip"}},
		Action: "/desk/import/0", Button: "Import 3,077 readers", Ask: "Send each new reader a confirmation letter first (2,871 letters)", Again: "/desk/import",
	}
	wrong, nobody, done, stopped := checked, checked, checked, checked
	wrong.Proof, wrong.Wrong = true, "Say where and when they agreed."
	nobody.Button = ""
	done.State, done.Action, done.First = ImportDone, "", nil
	stopped.State, stopped.Action, stopped.First, stopped.Why = ImportDone, "", nil, "line 3: the file ends"
	return []View{
		&DeskImportsPage{DeskFrame: frame("Import readers"), Action: "/desk/import", Size: "64", Open: []Link{{Label: "readers-may.csv", URL: "/desk/import/0", Text: "Being checked."}}},
		&DeskImportsPage{DeskFrame: bare, Action: "/desk/import", Size: "64", Wrong: "Choose a file."},
		&checked, &wrong, &nobody, &done, &stopped,
		&DeskImportPage{DeskFrame: frame(heading), State: ImportWaits, Heading: heading, Rows: "0 rows so far", Refresh: "/desk/import/0"},
		&DeskImportPage{DeskFrame: frame(heading), State: ImportChecking, Heading: heading, Rows: "5,000 rows so far", Done: "40", Refresh: "/desk/import/0"},
		&DeskImportPage{DeskFrame: frame(heading), State: ImportImporting, Heading: heading, Rows: "5,000 rows so far", Done: "40", Refresh: "/desk/import/0"},
		&DeskImportPage{DeskFrame: bare, State: ImportFailed, Heading: heading, Why: "line 1: the file is empty", Again: "/desk/import"},
	}
}
