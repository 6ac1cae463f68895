package templates

// sampleReaders are the pages of readers, in each of their states.
func sampleReaders(lang string) []View {
	page := func(title string) Page { return samplePage(true, lang, title) }
	bare := samplePage(false, lang, "")
	orders := []Order{
		{Name: "weekly", Title: "The Weekly", Text: "Tuesdays at eight.", When: "Next: Tuesday, 24 November 2026, 08:00 GMT", Taken: true},
		{Name: "dates", Title: "Dates"},
	}
	topics, cities := []Choice{{Value: "Leadership", Ticked: true}, {Value: "Platform"}}, []Choice{{Value: "Berlin", Ticked: true}, {Value: "London"}}
	form := SignUpForm{
		Action: "/subscribe", Stamp: "0", Email: "reader@example.con", Name: "A Reader", Newsletters: orders, Topics: topics, Cities: cities, Open: true,
		Privacy: "/privacy",
	}
	wrong := form
	wrong.EmailError, wrong.NewsletterError = "No letter can be sent to this address.", "Choose at least one."
	short := SignUpForm{Action: "/subscribe", Newsletters: orders[:1]}
	const masked = "r••@example.com"
	preferences := PreferencesPage{
		Page: page("Preferences"), Address: masked, Action: "/preferences/0", Newsletters: orders, Topics: topics, Cities: cities,
		Tongues: []Option{{Label: "As the publication: English"}, {Value: "de", Label: "Deutsch", Lang: "de", Chosen: true}},
		Zones:   []Options{{Options: []Option{{Label: "As each newsletter"}}}, {Label: "Europe", Options: []Option{{Value: "Europe/London", Label: "London", Chosen: true}}}},
		Weeks:   []Option{{Value: "1", Label: "one week"}, {Value: "4", Label: "4 weeks", Chosen: true}},

		ChangeAddress: "/preferences/0/address", Download: "/preferences/0/data", Erase: "/preferences/0/erase",
	}
	welcome, paused := preferences, preferences
	welcome.Welcome = "Your first letter is The Weekly, on Tuesday."
	paused.Saved, paused.Paused = "Saved. Your next letter is The Weekly, on Tuesday.", "22 December 2026"
	return []View{
		&SignUpPage{Page: page("Subscribe"), State: Ask, Form: form, Readers: "12,408 readers get it already.", Past: "/archive"},
		&SignUpPage{Page: page("Subscribe"), State: Ask, Form: wrong, Past: "/archive"},
		&SignUpPage{Page: bare, State: Ask, Form: short},
		&SignUpPage{Page: bare, State: Slip, Form: form, Meant: "reader@example.com"},
		&SignUpPage{Page: bare, State: OneMore, Form: form, Wanted: "The Weekly"},
		&SignUpPage{Page: page("Subscribe"), State: Sent, Past: "/archive"},
		&SignUpPage{Page: page("Subscribe"), State: Wait, When: "in 10 minutes", Back: "/subscribe"},
		&SignUpPage{Page: page("Subscribe"), State: Embed, Code: `<form action="https://news.example.com/subscribe" method="post">`},
		&ConfirmPage{Page: page("Confirm"), State: Ask, Newsletters: "The Weekly and Dates", Action: "/confirm/0"},
		&ConfirmPage{Page: bare, State: Ask, NewAddress: true, Address: masked, Action: "/confirm/0"},
		&ConfirmPage{Page: bare, State: Done, NewAddress: true, Address: masked, Preferences: "/preferences/0"},
		&ConfirmPage{Page: page("Confirm"), State: Already, Address: masked, Preferences: "/preferences/0"},
		&ConfirmPage{Page: bare, State: Already, NewAddress: true, Address: masked},
		&ConfirmPage{Page: bare, State: Expired, Days: 7, Again: "/subscribe"},
		&ConfirmPage{Page: bare, State: Expired, NewAddress: true, Days: 7},
		&ConfirmPage{Page: bare, State: Taken, NewAddress: true},
		&ConfirmPage{Page: bare, State: Sent},
		&ConfirmPage{Page: bare, State: Unknown},
		&preferences, &welcome, &paused,
		&PreferencesPage{Page: bare, Address: masked, Action: "/preferences/0", Newsletters: []Order{{Name: "weekly", Title: "The Weekly", Taken: true}}},
		&PreferencesPage{Page: bare, Address: masked, Action: "/preferences/0", Silent: true},
		&LinkPage{Page: page("Preferences"), State: Ask, Action: "/preferences", Email: "reader@example", Wrong: "No letter can be sent to this address."},
		&LinkPage{Page: bare, State: Ask, Action: "/preferences"},
		&LinkPage{Page: bare, State: Sent},
		&LinkPage{Page: bare, State: Wait, When: "in 10 minutes"},
		&ProofPage{Page: page("Download"), State: ForData, Address: masked, Action: "/preferences/0/data", Back: "/preferences/0", Wrong: "This is not the address."},
		&ProofPage{Page: bare, State: ForErasing, Address: masked, Action: "/preferences/0/erase"},
		&ProofPage{Page: bare, State: ForAddress, Address: masked, Action: "/preferences/0/address", New: "x", NewWrong: "No letter can be sent to this address."},
		&ProofPage{Page: bare, State: Gone},
		&ProofPage{Page: bare, State: Sent, Back: "/preferences/0"},
		&ProofPage{Page: bare, State: Wait, When: "in 10 minutes", Back: "/preferences/0"},
	}
}
