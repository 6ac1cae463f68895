package templates

// sampleTokens are the pages of tokens, full and bare.
func sampleTokens(lang string) []View {
	scopes := []TokenScope{{Value: "read", Label: "Look at what goes out", Chosen: true}, {Value: "send", Label: "Send, pause, resume and cancel"}}
	return []View{
		&DeskTokensPage{
			DeskFrame: sampleFrame(lang, "Tokens", 0), Fresh: "sf_0123456789abcdefghijABCDEFGHIJ0123456789_-a", Made: "Press", Guide: "/api/v1/openapi.json", Scopes: scopes,
			Tokens: []Token{{ID: "0a1b", Name: "Press", Scopes: "read, send", Made: "Made on 1 May 2026 by maya@example.com", Used: "Never used"}},
		},
		&DeskTokensPage{DeskFrame: sampleFrame(lang, "Tokens", 0), Guide: "/api/v1/openapi.json", Scopes: scopes, NameWrong: "Write a name.", ScopeWrong: "Choose at least one."},
	}
}
