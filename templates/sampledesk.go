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
