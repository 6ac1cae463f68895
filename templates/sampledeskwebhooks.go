package templates

// sampleWebhooks are the pages of who is told, full and bare.
func sampleWebhooks(lang string) []View {
	facts := []DeskFact{{Label: "Last success", Value: "1 May 2026, 09:00"}, {Label: "Last failure", Value: "1 May 2026, 10:00"}, {Label: "Queued", Value: "12"}}
	return []View{
		&DeskWebhooksPage{
			DeskFrame: sampleFrame(lang, "Webhooks", 0), Tried: "crm.example.com took the test in 84 ms.", Answer: "200 OK",
			Hooks: []DeskWebhook{
				{N: 1, Key: "0a1b", Host: "crm.example.com", State: "Fine", Tone: "ok", All: true, Facts: facts[:1]},
				{N: 2, Key: "2c3d", Host: "hooks.example.net:8443", State: "Failing", Tone: "warn", Events: []string{"reader.left", "reader.bounced"},
					Facts: facts, Error: "it answered 503 Service Unavailable", On: "Try again now"},
				{N: 3, Key: "4e5f", Host: "gone.example.org", State: "Switched off", Tone: "bad", Events: []string{"edition.finished"},
					Why: "It answered on 1 May 2026 that it wants no more (410).", Facts: facts, Error: "it answered 410 Gone", On: "Switch on again"},
			},
		},
		&DeskWebhooksPage{DeskFrame: sampleFrame(lang, "Webhooks", 0), Tried: "crm.example.com did not take the test.", Failed: "it took too long"},
	}
}
