package templates

// Three editions that every template must survive: one with everything in it,
// one with as little as a letter can have, and one that runs from right to
// left with items that do not. Between them each branch of our templates is
// taken; their readers and conferences are made up.

func sampleFull() Digest {
	d := sampleMinimal()
	d.Newsletter, d.Edition, d.Date = "The Weekly", "Edition 142", "Tuesday, 24 November 2026"
	d.Subject = "On-call that people volunteer for, and 4 more reads"
	d.Headline, d.Preheader = "On-call that people volunteer for", ""
	d.Intro = "This week: what it takes to run on-call without wearing people out.\n\nAnd a word on budgets, which are more fun than they sound."
	d.Summary = "5 articles, 26 minutes of reading · 3 events"
	d.Lead = &Article{
		Topic: "Leadership", Title: "How a 40-person team made on-call something people volunteer for",
		URL:        "https://example.com/on-call",
		Standfirst: "Shorter shifts, a paid hour for handing over and one rule about alerts: what changed, and what it cost.",
		By:         "By Priya Raman", ReadingTime: "8 min read", Access: "For registered readers",
		Image: Image{URL: "https://news.example.com/img/lead.jpg", Alt: "A wall calendar with coloured shifts and two empty weeks"},
	}
	d.Articles = []Article{
		{
			Topic: "Platform", Title: "Talk about the platform’s budget like a product", URL: "https://example.com/budget",
			Standfirst: "One page that explains what a platform costs to people who pay for it, with an example.",
			By:         "By Tomás Oliveira and Hannah Weiss", ReadingTime: "5 min read",
			Image: Image{URL: "https://news.example.com/img/budget.png", Alt: "Blocks beside a bar chart", Width: 160},
		},
		{Title: "What a good case for promotion leaves out", URL: "https://example.com/promotion"},
	}
	d.Headlines = []Article{
		{Topic: "Culture", Title: "The meeting that became a document", URL: "https://example.com/meeting", ReadingTime: "3 min read"},
		{Lang: "fr", Dir: "ltr", Title: "Former une équipe à distance", URL: "https://example.com/fr/equipe"},
	}
	d.More, d.MoreURL = 2, "https://news.example.com/editions/weekly/142"
	d.Reminders = []Event{{
		Name: "Example London", URL: "https://example.com/london", Sentence: "Example London is in six weeks",
		When: "5–6 January 2027", Where: "London", Month: "Jan", Days: "5–6",
		Price: "Early price until 1 December 2026", Calendar: "https://news.example.com/events/london.ics",
	}}
	d.Notices = []Event{{
		Name: "Example Oslo", URL: "https://example.com/oslo", Sentence: "Cancelled: Example Oslo", Text: "It had been planned for 8 February 2027.", Off: true,
	}}
	d.Events = []Event{
		d.Reminders[0],
		{Name: "Example Berlin", URL: "https://example.com/berlin", When: "31 May – 2 June 2027", Where: "Berlin", Month: "May", Days: "31–2", Calendar: "https://news.example.com/events/berlin.ics"},
		{Name: "Example Remote", When: "8 March 2027", Where: "Online", Month: "Mar", Days: "8"},
	}
	d.Events[0].Sentence = ""
	d.FeedsURL, d.PrivacyURL = "https://news.example.com/feeds", "https://news.example.com/privacy"
	return d
}

// sampleMinimal is a letter about one reminder, from a publication that has
// set nothing it need not.
func sampleMinimal() Digest {
	return Digest{
		Lang:        "en",
		Publication: Publication{Title: "The Example Lead", URL: "https://news.example.com/", Address: "1 Example Street, London"},
		Subject:     "Example London is in two weeks",
		Reminders: []Event{{
			Name: "Example London", URL: "https://example.com/london", Sentence: "Example London is in two weeks",
			When: "5–6 January 2027", Where: "London", Month: "Jan", Days: "5–6",
		}},
		Why:            "You get this because reader@example.com is subscribed to The Weekly.",
		BrowserURL:     "https://news.example.com/editions/weekly/142",
		PreferencesURL: "https://news.example.com/preferences/0",
		UnsubscribeURL: "https://news.example.com/unsubscribe/0",
	}
}

func sampleRTL() Digest {
	d := sampleMinimal()
	d.Lang, d.Dir = "ar", "rtl"
	d.Newsletter, d.Date = "النشرة الأسبوعية", "الثلاثاء، ٢٤ نوفمبر ٢٠٢٦"
	d.Subject = "مناوبة يتطوّع لها الناس، ومقالان آخران"
	d.Headline = "مناوبة يتطوّع لها الناس"
	d.Intro = "ننظر هذا الأسبوع في كيفية إدارة المناوبات من دون إرهاق الناس."
	d.Summary = "مقالان، ١٣ دقيقة من القراءة"
	d.Lead = &Article{
		Topic: "القيادة", Title: "كيف جعل فريق من أربعين شخصًا المناوبة أمرًا يتطوّع له الناس", URL: "https://example.com/ar/on-call",
		Standfirst: "نوبات أقصر، وساعة تسليم مدفوعة، وقاعدة واحدة للتنبيهات.", By: "بقلم بريا رامان", ReadingTime: "٨ دقائق قراءة",
		Image: Image{URL: "https://news.example.com/img/lead.jpg", Alt: "تقويم على الجدار"},
	}
	d.Articles = []Article{{
		Lang: "en", Dir: "ltr", Topic: "Platform", Title: "Talk about the platform’s budget like a product", URL: "https://example.com/budget",
		Standfirst: "One page that explains what a platform costs.", By: "بقلم \u2068Tomás Oliveira\u2069", ReadingTime: "٥ دقائق قراءة",
		Image: Image{URL: "https://news.example.com/img/budget.png", Alt: "Blocks beside a bar chart"},
	}}
	d.Headlines = []Article{{Title: "الاجتماع الذي صار وثيقة", URL: "https://example.com/ar/meeting"}}
	d.Events = []Event{{
		Lang: "en", Dir: "ltr", Name: "Example London", URL: "https://example.com/london", When: "٥–٦ يناير ٢٠٢٧", Where: "لندن",
		Month: "يناير", Days: "٥–٦", Calendar: "https://news.example.com/events/london.ics",
	}}
	d.Reminders[0].Sentence, d.Reminders[0].When, d.Reminders[0].Where = "موعد لندن بعد أسبوعين", "٥–٦ يناير ٢٠٢٧", "لندن"
	d.Reminders[0].Month, d.Reminders[0].Days = "يناير", "٥–٦"
	d.Why = "تصلك هذه الرسالة لأن \u2068reader@example.com\u2069 مشترك في النشرة الأسبوعية."
	d.FeedsURL = "https://news.example.com/feeds"
	return d
}

// samples are the editions by the name a mistake calls them by.
func samples() map[string]Digest {
	headlines := sampleFull() // too much for one letter
	headlines.Lead, headlines.Articles = nil, nil
	headlines.Counted = true
	return map[string]Digest{
		"a full edition": sampleFull(), "a reminder alone": sampleMinimal(),
		"an edition from right to left": sampleRTL(), "an edition of headlines": headlines,
	}
}

// sampleNotes are three small letters: one with everything, one with as little
// as there can be, one from right to left.
func sampleNotes() map[string]Note {
	minimal := Note{
		Lang: "en", Publication: sampleMinimal().Publication,
		Subject: "Sign in to The Example Lead", Paragraphs: []string{"It lets you in once, until 10:45."},
		Button: Button{Text: "Sign in", URL: "https://news.example.com/desk/sign-in/0"},
	}
	full := minimal
	full.Subject, full.Title = "Welcome to The Example Lead", "Welcome"
	full.Preheader = "The Weekly will come to you on Tuesdays; here is the latest."
	full.Paragraphs = []string{"The Weekly will come to reader@example.com from now on.", "Until then, here is the latest edition."}
	full.Button = Button{Text: "Read the latest edition", URL: "https://news.example.com/editions/weekly/142"}
	full.ItemsTitle, full.Items = "In it", []NoteItem{
		{Title: "How a 40-person team made on-call something people volunteer for", URL: "https://example.com/on-call", Meta: "Leadership · 8 min read"},
		{Lang: "fr", Dir: "ltr", Title: "Former une équipe à distance"},
	}
	full.After = []string{"Keep this letter: the links below are yours."}
	full.Why = "You get this because reader@example.com is subscribed at The Example Lead."
	full.BrowserURL = "https://news.example.com/editions/weekly/142"
	full.PreferencesURL, full.UnsubscribeURL = "https://news.example.com/preferences/0", "https://news.example.com/unsubscribe/0"
	full.FeedsURL, full.PrivacyURL = "https://news.example.com/feeds", "https://news.example.com/privacy"
	rtl := full
	rtl.Lang, rtl.Dir = "ar", "rtl"
	rtl.Subject, rtl.Title, rtl.Preheader = "أهلًا بك في The Example Lead", "أهلًا بك", ""
	rtl.Paragraphs = []string{"ستصلك النشرة الأسبوعية على \u2068reader@example.com\u2069 من الآن فصاعدًا.", "إلى ذلك الحين، إليك أحدث عدد."}
	rtl.Button.Text, rtl.ItemsTitle = "اقرأ أحدث عدد", "في هذا العدد"
	rtl.Items = []NoteItem{{Lang: "en", Dir: "ltr", Title: full.Items[0].Title, URL: full.Items[0].URL, Meta: "القيادة · ٨ دقائق قراءة"}}
	rtl.After = []string{"احتفظ بهذه الرسالة."}
	rtl.Why = "تصلك هذه الرسالة لأن \u2068reader@example.com\u2069 مشترك في The Example Lead."
	return map[string]Note{"a welcome": full, "a sign-in": minimal, "a welcome from right to left": rtl}
}
