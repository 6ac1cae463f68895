package content

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestURLKey(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"https://www.Example.com/Blog/Post/", "url:example.com/Blog/Post"},
		{"http://example.com:8080/blog/post", "url:example.com/blog/post"},
		{"https://example.com/blog/post.html", "url:example.com/blog/post"},
		{"https://example.com/blog/post/index.html", "url:example.com/blog/post"},
		{"https://example.com/blog/post/amp/", "url:example.com/blog/post"},
		{"https://example.com/blog/post#part-2", "url:example.com/blog/post"},
		{"https://example.com/a%7Eb/%c3%bc", "url:example.com/a~b/%C3%BC"},
		{"https://example.com/a~b/ü", "url:example.com/a~b/%C3%BC"},
		{"https://example.com/2020//08/./post", "url:example.com/2020/08/post"},
		{"https://example.com/?p=568", "url:example.com?p=568"},
		{"https://example.com/x?b=2&a=1&utm_source=n&fbclid=z&ref=home&ns_campaign=q", "url:example.com/x?a=1&b=2"},
		{"https://example.com/x?q=%68i", "url:example.com/x?q=hi"},
		{"https://bücher.example/x", "url:xn--bcher-kva.example/x"},
		{"https://example.com.", "url:example.com"},
		{"  https://example.com/x \n", "url:example.com/x"},
		{"HTTPS://EXAMPLE.COM/x", "url:example.com/x"},
		{"https://example.com/shampoo", "url:example.com/shampoo"}, // ends in neither /amp nor .html
		{"https://example.com/index", "url:example.com"},
		{"/blog/post", ""},
		{"//example.com/x", ""},
		{"mailto:a@example.com", ""},
		{"javascript:alert(1)", ""},
		{"https://", ""},
		{"https://exa mple.com/", ""},
		{"", ""},
	} {
		if got := URLKey(tt.in); string(got) != tt.want {
			t.Errorf("URLKey(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestURLKeyKeepsPagesApart(t *testing.T) {
	seen := make(map[Key]string)
	for _, raw := range []string{
		"https://example.com/", "https://example.com/a", "https://example.com/b", "https://example.com/A",
		"https://example.com/?p=1", "https://example.com/?p=2", "https://other.example/a",
		"https://example.com/a%2Fb", "https://example.com/a/b", "https://blog.example.com/a",
		"https://example.com/ampere", "https://example.com/a.htmlx", "https://example.com/reindex",
	} {
		k := URLKey(raw)
		if other, ok := seen[k]; ok {
			t.Errorf("%s and %s are both %s", raw, other, k)
		}
		seen[k] = raw
	}
}

func TestTopicKey(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{" Engineering Management ", "engineering-management"},
		{"engineering-management", "engineering-management"},
		{"#Engineering_Management", "engineering-management"},
		{"Culture &amp; Process", "culture-and-process"},
		{"culture and process", "culture-and-process"},
		{"C", "c"}, {"C++", "c++"}, {"C#", "c#"}, {".NET", ".net"},
		{"CI/CD", "ci-cd"},
		{"Straße", "strasse"},
		{"CAFÉ", "café"}, {"cafe\u0301", "café"},
		{"管理", "管理"},
		{"\u202etopic\u202c", "topic"},
		{" - ", ""}, {"", ""},
	} {
		if got := TopicKey(tt.in); got != tt.want {
			t.Errorf("TopicKey(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestCityKey(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"San Francisco ", "san-francisco"}, {"San Francisco, CA", "san-francisco"},
		{"New York", "new-york"}, {"New York City", "new-york"}, {"NYC", "new-york"},
		{"São Paulo", "sao-paulo"}, {"Sao  Paulo", "sao-paulo"},
		{"München", "munich"}, {"Munich", "munich"}, {"Zürich", "zurich"}, {"Zurich", "zurich"},
		{"Łódź", "lodz"}, {"St. Louis", "st-louis"}, {"Frankfurt (Main)", "frankfurt"},
		{"東京", "東京"}, {"القاهرة", "القاهرة"}, {"", ""}, {" , ", ""},
	} {
		if got := CityKey(tt.in); got != tt.want {
			t.Errorf("CityKey(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestSlugify(t *testing.T) {
	long := strings.Repeat("word ", 60)
	for _, tt := range []struct{ in, want string }{
		{"What’s new in Go 1.26?", "whats-new-in-go-1-26"},
		{"  Über uns: Ærø & Łódź  ", "uber-uns-aero-and-lodz"},
		{"already-a-slug", "already-a-slug"},
		{"0123", "0123"},
		{"../../etc/passwd", "etc-passwd"},
		{"日本語 の 題", "日本語-の-題"},
		{"हिन्दी", "हिन्दी"},
		{"ﬁnal ＷＯＲＤ", "final-word"},
		{"\u202eevil\x00", "evil"},
		{"!!!", ""}, {"", ""},
	} {
		if got := Slugify(tt.in); got != tt.want {
			t.Errorf("Slugify(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	if got := Slugify(long); len(got) > maxSlug || strings.HasSuffix(got, "-") || !strings.HasSuffix(got, "word") {
		t.Errorf("a long title gives %q", got)
	}
}

func FuzzKeys(f *testing.F) {
	for _, s := range []string{"https://Example.com/a%2Fb?x=1&utm_a=2#f", "Über – C++ & İI", "\u202e\x00\xff", "https://[::1]/%zz", "ΐ ΰ ŉ ǰ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if k := URLKey(s); k != "" {
			if again := URLKey("https://" + strings.TrimPrefix(string(k), "url:")); again != k {
				t.Errorf("URLKey(%q) = %q, folded again %q", s, k, again)
			}
		}
		for name, f := range map[string]func(string) string{"Slugify": Slugify, "TopicKey": TopicKey, "CityKey": CityKey} {
			once := f(s)
			if !utf8.ValidString(once) || strings.ContainsAny(once, " /\n\u202e") {
				t.Errorf("%s(%q) = %q", name, s, once)
			}
			if name == "Slugify" {
				if twice := f(once); twice != once {
					t.Errorf("%s(%q) = %q, again %q", name, s, once, twice)
				}
			}
		}
	})
}
