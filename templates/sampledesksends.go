package templates

// sampleDeskSends are the pages of what goes out next, full and bare.
func sampleDeskSends(lang string) []View {
	frame := func(title string) DeskFrame { return sampleFrame(lang, title, 0) }
	bare := func(title string) DeskFrame { return DeskFrame{Page: samplePage(false, lang, title)} }
	waits := SendState{Tag: "Waits for review", Tone: "warn", Why: "It goes only if an editor approves it.", Link: Link{Label: "Look at it", URL: "/desk/newsletters/weekly"}}
	presses := []Press{{Do: "up 12", Label: "Up"}, {Do: "keep 12", Label: "Keep for next time"}}
	piece := Piece{N: "12", Title: "On-call that people volunteer for", URL: "https://news.example.com/on-call", Date: "20 November 2026", Why: "new since the edition of 17 November 2026", Readers: "for 12,408 readers", Lead: true, Presses: presses}
	plain := Piece{N: "13", Title: "LeadDev London is in six weeks", Why: "kept for next time by Maya"}
	checks := []DeskCheck{{Text: "Size: 15.7 KB of at most 80 KB", Tag: "Good", Tone: "ok"}, {Text: "19 links", Tag: "Wrong", Tone: "bad", More: []string{"https://news.example.com/articles/gone"}}}
	looks := []Link{{Label: "HTML", URL: "/desk/newsletters/weekly", Current: true}, {Label: "Text", URL: "/desk/newsletters/weekly?show=text"}}
	as := []DeskAs{{Value: "v1", Label: "Version 1: English, 12,000 readers", Chosen: true}, {Value: "v2", Label: "Version 2: Deutsch, 408 readers"}}
	full := DeskNextPage{
		DeskFrame: frame("The Weekly"), Newsletter: "The Weekly", At: "/desk/newsletters/weekly", State: waits,
		Goes: "Tuesday, 24 November 2026, 08:00, in the time zone of each reader", Span: "The first reader gets it on 23 November, the last on 24 November",
		To: "12,408 readers", Versions: "9 versions", Without: "61 readers have nothing new.", Counted: "Counted at 17:04", Changed: "Changed by Maya, 23 November 2026, 17:00",
		Conflict: "Not saved: Ben changed this edition.", Lost: []NextFact{{"Subject", "On-call"}}, MayEdit: true, MayPutIn: true, Tester: "maya@example.com",
		Line: "On-call, and 2 more reads", Looks: looks, As: as, Show: "phone", Frame: "/desk/newsletters/weekly/preview?show=phone", Phone: true,
		Revision: "3", Subject: DeskField{Value: "On-call", Now: "On-call, and 2 more reads", Hint: "7 characters.", Error: "At most 200 characters, please."},
		Preheader: DeskField{Hint: "Inboxes show 40 to 140."}, Intro: DeskField{Value: "Dear readers,\n\n<b>not bold</b>"},
		Groups: []PieceGroup{{Kind: "reminder", Label: "Reminders", Pieces: []Piece{plain}}, {Kind: "article", Label: "Articles", Pieces: []Piece{piece}}},
		Out:    []Piece{plain}, Passed: []Piece{plain}, Held: []NextFact{{"On-call", "two articles claim this address"}}, Find: "call", Found: []Piece{piece}, MoreFound: true, Checks: checks,
		Tested: "The last test is older than the last change.", TestedTone: "warn", Approval: "It waits for an editor.", Approve: "weekly/2026-11-24T08:00", ApproveLabel: "Approve for 24 November 2026, 08:00",
	}
	text, none := full, full
	text.Frame, text.Text, text.Found = "", "ON-CALL\n\n<b>not bold</b>", nil
	none.Frame, none.NoLetter, none.Reasons, none.MayEdit = "", "This reader would get no letter now.", []NextFact{{"On-call", "outside these readers’ topics"}}, false
	send := DeskSendPage{
		DeskFrame: frame("Send The Weekly to 12,408 readers now?"), Newsletter: "The Weekly", At: "/desk/newsletters/weekly", Counted: "Counted at 17:04",
		Readers: "12,408 readers", Number: "12,408", Contains: []string{"3 articles", "1 reminder"}, Versions: "9 versions", Sum: "12,469 take it; 61 of them have nothing new",
		Subject: "On-call, and 2 more reads", From: "The Example Lead <news@example.com>", Takes: "about 21 minutes", Schedule: "The planned send stays.", Tested: "The last test shows it as it is.", TestedTone: "ok",
		Tester: "maya@example.com", Checks: checks, Frame: "/desk/newsletters/weekly/preview", Typed: true, Seal: "0", Second: "Two editors send together.", Button: "Send to 12,408 readers",
	}
	send.Wrong = "Nothing was sent: the number you typed is not the number of readers."
	return []View{
		&DeskSendsPage{
			DeskFrame: frame("Next sends"), Clock: "Times of Europe/London, where it is now 17:04.", Failing: "1 source could not be read.", Waiting: "2 articles wait.", All: "/desk/editions",
			Sends: []NextSend{
				{
					Name: "weekly", Title: "The Weekly", State: waits, Goes: full.Goes, Span: full.Span, To: full.To, Versions: full.Versions, Without: full.Without,
					Contains: []string{"3 articles", "1 reminder"}, Subject: full.Line, Size: "15.7 KB of 81.9 KB", Changed: full.Changed, Counted: full.Counted,
					Edit: full.At, Test: full.At + "/test", Send: full.At + "/send", Tester: full.Tester,
				},
				{Name: "dates", Title: "Dates", State: SendState{Tag: "On schedule", Tone: "ok"}, Goes: "As soon as something is published", Counted: "Counting…"},
			},
			Editions: []PastSend{
				{ID: "weekly/2026-11-17T08:00", URL: "/desk/editions/weekly/2026-11-17T08:00", State: "Sent", Line: "12,401 of 12,408 letters accepted · 7 failed"},
				{ID: "dates/r17", URL: "/desk/editions/dates/r17", State: "Paused", Tone: "warn", Reason: "the relay refuses us"},
			},
		},
		&DeskSendsPage{DeskFrame: bare("")},
		&full, &text, &none,
		&DeskNextPage{DeskFrame: bare("The Weekly"), Newsletter: "The Weekly", At: "/desk/newsletters/weekly", State: SendState{Tag: "On schedule"}},
		&send,
		&DeskSendPage{DeskFrame: bare("Send?"), Newsletter: "The Weekly", At: "/desk/newsletters/weekly", Nothing: true},
		&DeskSendPage{DeskFrame: bare("Send?"), Newsletter: "The Weekly", At: "/desk/newsletters/weekly", Held: "weekly/1 is paused.", HeldURL: "/desk/editions/weekly/1"},
	}
}
