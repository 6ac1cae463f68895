package templates

// samplePeople are the pages of who may use the desk, full and bare.
func samplePeople(lang string) []View {
	bare := samplePage(false, lang, "")
	const command = "standfirst editors link you@example.com"
	signIn := func(p SignInPage) *SignInPage {
		p.Page, p.Command = samplePage(true, lang, "Sign in"), command
		return &p
	}
	return []View{
		signIn(SignInPage{State: Ask, Address: "m•••@example.com", Action: "/desk/sign-in/0"}),
		signIn(SignInPage{State: Unknown, Action: "/desk/sign-in"}),
		signIn(SignInPage{State: Sent}),
		signIn(SignInPage{State: Wait, When: "in 3 minutes", Mails: true}),
		signIn(SignInPage{State: First, Action: "/desk/first/0", Least: 12}),
		signIn(SignInPage{State: First, Action: "/desk/first/0", Least: 12, Email: "maya", Name: "Maya", Wrong: "Write your e-mail address.", PasswordWrong: "That is too short."}),
		signIn(SignInPage{Action: "/desk/sign-in", Mails: true}),
		signIn(SignInPage{Action: "/desk/sign-in", Mails: true, Email: "maya@example.com", Wrong: "The address and the password do not belong together."}),
		&SignInPage{Page: bare, Command: command},
		&DeskAccountPage{
			DeskFrame: sampleFrame(lang, "Your account", 0), Email: "maya@example.com", Name: "Maya Okafor", Role: "Owner",
			HasPassword: true, MustKnow: true, Least: 12, PasswordWrong: "That is too short.", CurrentWrong: "That is not your password.",
			Browsers: []Browser{{Session: "0a1b", Agent: "Mozilla/5.0", Seen: "Last seen today", This: true}, {Session: "2c3d", Seen: "Last seen 17 November 2026"}},
		},
		&DeskAccountPage{DeskFrame: DeskFrame{Page: bare}, Email: "maya@example.com", Role: "Owner", Least: 12},
		&DeskPeoplePage{
			DeskFrame: sampleFrame(lang, "People", 0), Mails: true, Command: command, Role: "editor", Email: "ann", Name: "Ann", Wrong: "Write your e-mail address.",
			Second: "Sending to more than 10,000 readers takes two people.", No: "This is the only owner.", Tokens: "/desk/tokens", Webhooks: "/desk/webhooks",
			People: []Person{
				{Email: "maya@example.com", Name: "Maya Okafor", Role: "owner", Added: "Added 1 May 2026", Seen: "Last seen today", Browsers: 2, HasPassword: true, You: true},
				{Email: "tunde@example.com", Role: "viewer", Added: "Added 2 May 2026", Seen: "Never signed in", Configured: true},
			},
		},
		&DeskPeoplePage{DeskFrame: DeskFrame{Page: bare}, Command: command, Role: "editor", People: []Person{{Email: "maya@example.com", Role: "owner"}}},
		&DeskLogPage{
			DeskFrame: sampleFrame(lang, "Log", 0), Subject: "weekly", Filtered: true, Export: "/desk/log.jsonl?about=weekly",
			Whos: []Option{{Label: "Everybody"}, {Value: "editor maya@example.com", Label: "Maya Okafor", Chosen: true}},
			Acts: []Act{
				{At: "2026-11-24T08:00:00Z", When: "24 November 2026, 08:00", Who: "maya@example.com", What: "Approved", Subject: "weekly/2026-11-24T08:00", URL: "/desk/editions/weekly/2026-11-24T08:00", Only: "/desk/log?about=weekly%2F2026-11-24T08:00"},
				{At: "2026-11-23T08:00:00Z", When: "23 November 2026, 08:00", Who: "Command line", What: "Let somebody in", Subject: "ann@example.com", Only: "/desk/log?about=ann%40example.com", Detail: "as editor"},
				{At: "2026-11-22T08:00:00Z", When: "22 November 2026, 08:00", Who: "Schedule", What: "tidied"},
			},
			Pages: Pages{Newer: "/desk/log?after=9", Older: "/desk/log?before=3"},
		},
		&DeskLogPage{DeskFrame: DeskFrame{Page: bare}, Export: "/desk/log.jsonl"},
		&DeskLogPage{DeskFrame: DeskFrame{Page: bare}, Filtered: true, Export: "/desk/log.jsonl"},
	}
}
