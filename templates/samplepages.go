package templates

import "html/template"

// samplePage is what the sample pages share.
func samplePage(full bool, lang, title string) Page {
	p := Page{Lang: lang, Title: title, Publication: Publication{Title: "The Example Lead", URL: "https://news.example.com/", Address: "1 Example Street, London"}}
	if full {
		p.Description, p.Canonical, p.Hidden = "Reading for people who lead engineers.", "https://news.example.com/page", true
		p.Picture = "https://news.example.com/img/lead.jpg"
		p.Nav = []Link{{Label: "Articles", URL: "/", Current: true}, {Label: "Events", URL: "/events"}, {Label: "Past editions", URL: "/archive"}, {Label: "Feeds", URL: "/feeds"}}
		p.Languages = []Link{{Label: "English", URL: "/?lang=en", Lang: "en", Current: true}, {Label: "العربية", URL: "/?lang=ar", Lang: "ar"}}
		p.Facts = map[string]any{"@context": "https://schema.org", "@type": "WebPage", "name": title}
		p.Foot = []Link{{Label: "Privacy", URL: "/privacy"}}
		p.Feeds = []Feed{{"The Example Lead", "application/rss+xml", "/feed.rss"}, {"The Example Lead (Atom)", "application/atom+xml", "/feed.atom"}}
	}
	return p
}

// samplePages are every page of the site with as much, then with as little, as
// it can have, in a language; the texts are those of the letter of samples.
func samplePages(lang string, d Digest) []View {
	page := func(title string) Page { return samplePage(true, lang, title) }
	bare := samplePage(false, lang, "")
	articles := append([]Article{*d.Lead}, d.Articles...)
	events := append(append([]Event(nil), d.Notices...), d.Events...)
	pages := Pages{Newer: "/?page=1", Older: "/?page=3"}
	links := []Link{{Label: "The Weekly", URL: "/archive", Text: "Tuesdays at eight."}, {Label: "The Daily", URL: "/daily"}}
	tabs := []Link{{Label: "HTML", URL: "/mailbox/1", Current: true}, {Label: "Text", URL: "/mailbox/1/text"}}
	editions := []EditionLink{{Title: d.Headline, URL: "/editions/weekly/142", Date: d.Date, Summary: d.Summary}}
	sets := []FeedSet{{"Leadership", "/topics/leadership", "/topics/leadership/feed.rss", "/topics/leadership/feed.atom", "/topics/leadership/feed.json"}}
	follow := Follow{Address: "https://news.example.com/feed.rss", Formats: tabs}
	letter := MailboxLetterPage{Page: page("Letter"), From: "The Example Lead <news@example.com>", To: "reader@example.com", Subject: d.Subject, Date: "24 November 2026, 08:00", Mailbox: "/mailbox", Tabs: tabs}
	framed, plain, headers := letter, letter, letter
	framed.Frame, plain.Text = "/mailbox/1/html", "Dear reader,\n\n<b>not bold</b>"
	headers.Headers = [][2]string{{"From", letter.From}, {"List-Unsubscribe", "<https://news.example.com/unsubscribe/0>"}}
	return append([]View{
		&HomePage{
			Page: page(""), Intro: "Reading for people who lead engineers.", Past: "/archive", Topics: links, AllArticles: "/articles",
			SignUp: &SignUpForm{Action: "/subscribe", Stamp: "0", Newsletters: []Order{{Name: "weekly", Title: "The Weekly"}}},
			Lead:   d.Lead, Articles: d.Articles, Events: events, Newsletters: links, AllEvents: "/events", FeedsURL: "/feeds",
		},
		&HomePage{Page: bare, Start: links},
		&ArticlesPage{Page: page("Leadership"), Articles: articles, Topics: links, Follow: follow, Pages: pages},
		&ArticlesPage{Page: bare},
		&ArticlePage{
			Page: page(d.Lead.Title), Article: *d.Lead, Body: template.HTML("<p>The team was forty people and the rota was six.</p><h2>Six of forty</h2><pre>on-call: six</pre>"),
			Topics: links, Authors: links, Next: d.Articles, Published: "Published 24 November 2026", Updated: "Updated 25 November 2026", Note: "This article is for registered readers.",
			ReadAt: Link{Label: "example.com", URL: "https://example.com/on-call"}, First: Link{Label: "example.org", URL: "https://example.org/on-call"},
		},
		&ArticlePage{Page: bare, Article: Article{Title: "A title"}},
		&EventsPage{Page: page(""), Events: events, Calendar: "https://news.example.com/events.ics", Cities: tabs, Follow: follow},
		&EventsPage{Page: bare},
		&ArchivePage{Page: page(""), Editions: editions, Subscribe: "/subscribe", Pages: pages},
		&ArchivePage{Page: bare},
		&EditionPage{
			Page: page(d.Headline), Newsletter: d.Newsletter, Edition: d.Edition, Date: d.Date, Headline: d.Headline, Intro: d.Intro, Summary: d.Summary,
			Articles: articles, Reminders: d.Reminders, Notices: d.Notices, Events: d.Events, Past: "/archive", Subscribe: "/subscribe", Pages: pages,
		},
		&EditionPage{Page: samplePage(false, lang, "An edition")},
		&FeedsPage{
			Page: page("Feeds"), All: FeedSet{"All articles", "/articles", "/feed.rss", "/feed.atom", "/feed.json"}, Topics: sets, Authors: sets,
			Oldest: FeedSet{"The first articles", "", "/feed/archive/1.rss", "/feed/archive/1.atom", "/feed/archive/1.json"}, Events: sets,
			OPML: "/feeds.opml", Address: "https://news.example.com/feed.rss", Calendars: []Link{{Label: "All events", URL: "https://news.example.com/events.ics"}},
		},
		&FeedsPage{Page: bare, All: FeedSet{Label: "All articles"}},
		&UnsubscribePage{Page: page("Unsubscribe"), State: Ask, Newsletter: "The Weekly", Address: "r•••@example.com", Action: "/unsubscribe/0", All: "/unsubscribe/0/all", Keep: "/", Field: "state", Value: "1", Reasons: []Option{{Value: "other", Label: "Something else"}}},
		&UnsubscribePage{Page: bare, State: Ask, Address: "r•••@example.com", Action: "/unsubscribe/0"},
		&UnsubscribePage{Page: page("Unsubscribe"), State: Done, Newsletter: "The Weekly", Address: "r•••@example.com", Action: "/unsubscribe/0/undo", All: "/unsubscribe/0/all", Field: "state", Value: "1"},
		&UnsubscribePage{Page: bare, State: Done, Address: "r•••@example.com"},
		&UnsubscribePage{Page: page("Unsubscribe"), State: Undone, Newsletter: "The Weekly", Address: "r•••@example.com"},
		&UnsubscribePage{Page: bare, State: Undone, Address: "r•••@example.com"},
		&UnsubscribePage{Page: bare, State: Unknown},
		&ErrorPage{Page: page("Not found"), Status: 404, Home: "/", Links: links, Number: "7Q2M9"},
		&ErrorPage{Page: bare, Status: 410},
		&ErrorPage{Page: bare, Status: 429},
		&ErrorPage{Page: bare, Status: 403},
		&ErrorPage{Page: bare, Status: 500, Heading: "Closed", Text: "We are moving house."},
		&MailboxPage{Page: page("Mailbox"), Total: 1, Letters: []CaughtLetter{{"/mailbox/1", "reader@example.com", d.Subject, "24 Nov, 08:00", "16 KB"}}, Pages: pages},
		&MailboxPage{Page: bare},
		&framed, &plain, &headers,
		&LandingPage{Page: page("The desk"), Heading: "The desk", Intro: "Editors work at the command line for now.", Links: links},
		&LandingPage{Page: bare},
	}, append(append(sampleDeskSends(lang), sampleSending(lang)...), append(append(append(append(sampleReaders(lang), sampleContent(lang)...), sampleDeskReaders(lang)...), sampleDeskImports(lang)...), append(append(samplePeople(lang), sampleTokens(lang)...), sampleWebhooks(lang)...)...)...)...)
}
