package i18n

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestAccept(t *testing.T) {
	brought, problems := Load(fstest.MapFS{
		"pt-BR.yaml": {Data: []byte("site: {language: Português, home: Início}\n")},
		"en-GB.yaml": {Data: []byte("letter: {feeds: Wireless}\n")},
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, tt := range []struct {
		c                 *Catalog
		header, own, want string
	}{
		{BuiltIn(), "", "en-GB", "en-GB"},
		{BuiltIn(), "de", "en-GB", "de"},
		{BuiltIn(), "de-AT,de;q=0.9,en;q=0.8", "en-GB", "de"},
		{BuiltIn(), "en-US,en;q=0.9", "en-GB", "en-GB"}, // the publication's English
		{BuiltIn(), "en-US,en;q=0.9", "de", "en"},
		{BuiltIn(), "pl,fr;q=0.5,de;q=0.7", "en", "de"}, // none in Polish; then by weight
		{BuiltIn(), "de;q=0,fr;q=0.1", "en", "fr"},
		{BuiltIn(), "ar-EG", "en", "ar"},
		{BuiltIn(), "*", "es", "es"},
		{BuiltIn(), "pl, cs", "fr-CA", "fr-CA"},
		{BuiltIn(), "pl", "pl", "pl"}, // no sentences in it; its days at least
		{BuiltIn(), "nonsense!;;q=x", "de", "de"},
		{BuiltIn(), "de" + strings.Repeat(",de", 100), "en", "en"},
		{brought, "pt", "en", "pt-BR"},
		{brought, "pt-PT,en;q=0.1", "en", "pt-BR"},
		{brought, "en-AU", "en-GB", "en-GB"},
	} {
		if got := tt.c.Accept(tt.header, tt.own).Tag; got != tt.want {
			t.Errorf("%.40q for a publication in %s: %s, want %s", tt.header, tt.own, got, tt.want)
		}
	}
}

func TestOffer(t *testing.T) {
	brought, problems := Load(fstest.MapFS{
		"nl.yaml":    {Data: []byte("site: {language: Nederlands}\n")},
		"sv.yaml":    {Data: []byte("site: {home: Hem}\n")},
		"en-GB.yaml": {Data: []byte("letter: {feeds: Wireless}\n")},
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, tt := range []struct {
		c    *Catalog
		own  string
		want []string
	}{
		{BuiltIn(), "en", []string{"en English", "ar العربية", "de Deutsch", "es Español", "fr Français"}},
		{BuiltIn(), "de-AT", []string{"de-AT Deutsch", "ar العربية", "en English", "es Español", "fr Français"}},
		{BuiltIn(), "pl", []string{"pl English", "ar العربية", "de Deutsch", "es Español", "fr Français"}},
		{brought, "en-GB", []string{"en-GB English", "ar العربية", "de Deutsch", "es Español", "fr Français", "nl Nederlands", "sv sv"}},
	} {
		var got []string
		for _, l := range tt.c.Offer(tt.own) {
			got = append(got, l.Tag+" "+l.Name())
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.own, diff)
		}
	}
}

func TestOnly(t *testing.T) {
	few, missing := BuiltIn().Only([]string{"en", "de-AT", "pl", "no tag"})
	if diff := cmp.Diff([]string{"pl", "no tag"}, missing); diff != "" {
		t.Errorf("missing (-want +got)\n%s", diff)
	}
	for header, want := range map[string]string{"de": "de", "fr,de;q=0.1": "de", "fr": "en-GB", "en": "en-GB", "": "en-GB"} {
		if got := few.Accept(header, "en-GB").Tag; got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
	if l := few.Like("fr", "en-GB"); l != nil {
		t.Errorf("French is offered: %s", l.Tag)
	}
	if offer := few.Offer("en-GB"); len(offer) != 2 || offer[0].Tag != "en-GB" || offer[1].Tag != "de" {
		t.Errorf("offered: %v", offer)
	}
	if got := few.For("fr").Words; got != "fr" {
		t.Errorf("a reader who has chosen French gets %s", got)
	}
}

func FuzzAccept(f *testing.F) {
	for _, s := range []string{"de-AT,de;q=0.9", "*", ";;;", "en-US-u-co-phonebk;q=0.3,x-klingon", "i-default,und,root", "zh-Hant-TW,zh"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		l := BuiltIn().Accept(header, "en-GB")
		if l.Tag != "en-GB" && l.Tag != l.Words {
			t.Errorf("%q gives %s, which is neither the publication's nor a file's", header, l.Tag)
		}
	})
}
