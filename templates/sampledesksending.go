package templates

// sampleSending are the pages of editions on their way, and of what became of
// them, full and bare.
func sampleSending(lang string) []View {
	frame := func(title string) DeskFrame {
		return DeskFrame{
			Page: samplePage(true, lang, title), You: "Maya, editor", SignOut: "/desk/sign-out",
			Menu: []Stop{{Label: "Next sends", URL: "/desk"}, {Label: "Editions", URL: "/desk/editions", Current: true}},
		}
	}
	bare := DeskFrame{Page: samplePage(false, lang, "")}
	live := frame("Sending")
	live.Live = true
	fares := &Fares{AsOf: "As of 05:33.", Rows: []Fare{
		{Domain: "mail.example", Accepted: "2,210", Open: "3,102", Waiting: "0", Lost: "2", Answer: "250", Words: "taken"},
		{Accepted: "811", Open: "1,240", Waiting: "41", Lost: "0", Answer: "421 4.7.0", Words: "wants fewer letters at once", Warn: true},
	}}
	figures := []Figure{{"Accepted", "4,962", ""}, {"Put off", "41", "next try 05:28"}}
	chart := &Chart{
		Title: "Letters accepted per minute", Text: "4,962 letters in all.", Width: 640, Height: 200, Left: 48, Base: 176,
		Bars: []Bar{{"50", "20", "24", "156"}, {"78", "90", "24", "86"}}, Lines: []ChartLine{{"176", "0"}, {"20", "600"}},
		Marks: []ChartMark{{"62", "05:13"}}, Table: []Figure{{Label: "05:13", Value: "600"}, {Label: "05:14", Value: "330"}},
	}
	given := GivenPage{
		DeskFrame: frame("Version 1"), Heading: "Version 1 of weekly/2026-11-24T08:00", Back: Link{Label: "weekly/2026-11-24T08:00", URL: "/desk/editions/weekly/2026-11-24T08:00"},
		Subject: "On-call, and 2 more reads", Note: "As its readers have it.", Tabs: []Link{{Label: "HTML", URL: "/desk", Current: true}, {Label: "Text", URL: "/desk"}}, File: "/desk",
	}
	framed, plain := given, given
	framed.Frame, plain.Text = "/desk/frame", "Dear reader,\n\n<b>not bold</b>"
	return []View{
		&DeskEditionsPage{
			DeskFrame: frame("Editions"), Newsletters: []Link{{Label: "All newsletters", URL: "/desk/editions", Current: true}, {Label: "The Weekly", URL: "/desk/editions?newsletter=weekly"}},
			Editions: []EditionRow{
				{ID: "weekly/2026-11-24T08:00", URL: "/desk/editions/weekly/2026-11-24T08:00", When: "24 November 2026, 08:00", State: "Sent", Planned: "12,408", Sent: "12,401", Failed: "7", Skipped: "0", Open: "0"},
				{ID: "dates/r17", URL: "/desk/editions/dates/r17", State: "Paused", Warn: true, Reason: "the relay refuses us", Planned: "80", Sent: "0", Failed: "0", Skipped: "0", Open: "80"},
			},
			Pages: Pages{Newer: "/desk/editions", Older: "/desk/editions?page=3"},
		},
		&DeskEditionsPage{DeskFrame: bare},
		&SendingPage{
			DeskFrame: live, Heading: "Sending weekly/2026-11-24T08:00", Made: "Published 05:13, by the schedule.", Live: "/desk/events", Said: "40 % accepted.",
			Progress: Progress{Sum: "4,962 of 12,408 accepted", Value: 4962, Max: 12408, Pace: "40 % · 598 letters a minute", Growing: true, Numbers: figures, Fares: fares},
			Note:     "Nobody else gets one.", Why: "Reason: typo", Sorry: "That was not possible any more.", Pause: "/desk/pause", Resume: "/desk/resume", Cancel: "/desk/cancel", Public: "/editions/weekly/1",
		},
		&SendingPage{DeskFrame: bare, Heading: "weekly/1", Progress: Progress{Sum: "0 of 1 accepted", Max: 1}},
		&CancelPage{DeskFrame: frame("Cancel"), Heading: "Cancel the rest?", Lines: []string{"4,962 readers have it already."}, Action: "/desk/cancel", Back: "/desk"},
		&CancelPage{DeskFrame: bare, Heading: "Cancel?"},
		&ResultsPage{
			DeskFrame: frame("Results"), Heading: "Results of weekly/2026-11-24T08:00", Made: "Published 05:13, by the schedule.", When: "Letters were accepted from 05:13 to 05:34.",
			Sorry: "That was not possible any more.", Note: "It was cancelled.", Why: "Reason: typo", Public: "/editions/weekly/1", Numbers: figures, Counting: true, Chart: chart, Fares: fares, Left: "3 readers unsubscribed.",
			Reasons:  []Reason{{"The address does not exist", "550 5.1.1", "there is no such address", "12", "It is never written to again."}, {Label: "Erased", Letters: "1", Then: "Nothing."}},
			Versions: []GivenVersion{{"Version 1, English", "12,408 readers", "/desk/letter/1"}}, More: "and 3 more versions", CSV: "/desk/csv",
		},
		&ResultsPage{DeskFrame: bare, Heading: "weekly/1", Fares: &Fares{}},
		&ResultsPage{
			DeskFrame: bare, Heading: "weekly/2", Versions: []GivenVersion{{"Version 1, English", "12,408 readers", "/desk/letter/1"}}, Counted: true,
			Clicks: &LinkClicks{
				All: "1,210 clicks in all.", Days: []Figure{{Label: "24 November 2026", Value: "1,210"}},
				Rows: []LinkRow{{"The handover is the rota", "1,204", "99 %"}, {"Reminder: Example London", "6", "< 1 %"}, {Title: "Nobody’s", Clicks: "0"}},
			},
		},
		&ResultsPage{DeskFrame: bare, Heading: "weekly/3", Versions: []GivenVersion{{"Version 1, English", "1 reader", "/desk/letter/1"}}, Counted: true},
		&framed, &plain,
	}
}
