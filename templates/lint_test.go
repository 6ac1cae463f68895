package templates

import (
	"slices"
	"strings"
	"testing"
)

// letter renders the full sample.
func letter(t *testing.T) (html, text string) {
	t.Helper()
	html, text, err := load(t, nil).Digest(sampleFull())
	if err != nil {
		t.Fatal(err)
	}
	return html, text
}

// rules names those that find something, warnings included.
func rules(findings []Finding) []string {
	var list []string
	for _, f := range findings {
		if !slices.Contains(list, f.Rule) {
			list = append(list, f.Rule)
		}
	}
	return list
}

// TestLintMailCatches breaks a good letter in one place after the other: the
// rule named must fire, and did not before.
func TestLintMailCatches(t *testing.T) {
	html, text := letter(t)
	if found := LintMail(html, text); len(found) > 0 {
		t.Fatalf("the unbroken letter: %v", found)
	}
	long := strings.Repeat("word ", 20)
	faults := []struct{ rule, old, new string }{
		{"doctype", "<!doctype html>", ""},
		{"residue", ">The Weekly", ">ZgotmplZ"},
		{"residue", ">The Weekly", "><no value>"},
		{"residue", ">The Weekly", ">%!d(string=x)"},
		{"nesting", "</h1>", ""},
		{"nesting", "</h1>", "</h1></em>"},
		{"lang", `<html lang="en"`, `<html`},
		{"dir", `dir="ltr">` + "\n<head>", ">\n<head>"},
		{"charset", `<meta charset="utf-8">`, ""},
		{"viewport", `name="viewport"`, `name="port"`},
		{"color-scheme", `name="supported-color-schemes"`, `name="supported"`},
		{"title", "<title>On-call that people volunteer for, and 4 more reads</title>", "<title> </title>"},
		{"wrapper", `role="article"`, `role="main"`},
		{"wrapper", ` aria-label="On-call that people volunteer for, and 4 more reads"`, ""},
		{"wrapper", ` lang="en" dir="ltr" class="bg"`, ` lang="en" class="bg"`},
		{"dark", "prefers-color-scheme", "prefers-no-scheme"},
		{"dark", "[data-ogsc]", "[data-no]"},
		{"table-role", `<table role="presentation"`, `<table`},
		{"table-role", `<!--[if mso]><table role="presentation"`, `<!--[if mso]><table`},
		{"mso", "<!--[if mso]></td></tr></table><![endif]-->", "<!--[if mso]></td></tr></table>-->"},
		{"mso", "<!--[if mso]></td></tr></table><![endif]-->", "<!--[if mso]></td></tr><![endif]-->"},
		{"img-alt", `alt="Blocks beside a bar chart"`, ""},
		{"img-width", `width="160" alt`, `width="50%" alt`},
		{"img-height", `width="160" alt`, `width="160" height="90" alt`},
		{"img-src", `src="https://news.example.com/img/lead.jpg"`, `src="/img/lead.jpg"`},
		{"img-src", `src="https://news.example.com/img/lead.jpg"`, `src="http://news.example.com/img/lead.jpg"`},
		{"img-format", "lead.jpg", "lead.webp"},
		{"h1", "<h1", "<h2"},
		{"h1", "<h3", "<h1"},
		{"heading-order", "<h3", "<h5"},
		{"heading-empty", ">On-call that people volunteer for</h1>", "></h1>"},
		{"href", `href="https://example.com/oslo"`, `href="/oslo"`},
		{"href", `href="https://example.com/oslo"`, `href="http://example.com/oslo"`},
		{"href", `href="https://example.com/oslo"`, `href="javascript:alert(1)"`},
		{"anchor", `href="https://example.com/oslo"`, `href="#oslo"`},
		{"link-name", ">Details of Example Oslo<", "><"},
		{"link-text", ">Details of Example Oslo<", ">Read more<"},
		{"link-dup", ">Details of Example Oslo<", ">Privacy<"},
		{"forbidden", "</h1>", "</h1><form></form>"},
		{"forbidden", "<h1", "<h1 onclick=x"},
		{"forbidden", "</h1>", "</h1><svg></svg>"},
		{"preheader", `class="preheader"`, `class="pre"`},
		{"preheader", `<body class="body bg"`, `<body class="body bg">Hello<p`},
		{"preheader", "display:none;", ""},
		{"preheader", "mso-hide:all", "mso-hide:none"},
		{"preheader", ">How a 40-person team made on-call something people volunteer for&#847;", ">Short&#847;"},
		{"preheader", ">How a 40-person team made on-call something people volunteer for&#847;", ">On-call that people volunteer for, and 4 more reads&#847;"},
		{"font-size", "font-size:14px", "font-size:11px"},
		{"contrast", "margin:0;color:#4d5a6b", "margin:0;color:#aab4c0"},
		{"contrast", "border-radius:6px;background-color:#1a56c4;color", "border-radius:6px;background-color:#dddddd;color"},
		{"inline-css", "margin:0 auto", "display:flex"},
		{"inline-css", "margin:0 auto", "margin-inline:auto"},
		{"inline-css", "margin:0 auto", "margin:var(--m)"},
		{"inline-css", "margin:0 auto", "margin"},
		{"word-padding", `style="margin:0 0 10px;`, `style="padding:4px;margin:0 0 10px;`},
		{"style-in-body", "</h1>", "</h1><style>p{color:red}</style>"},
		{"style-size", ":root{", "/*" + strings.Repeat("x", gmailStyle) + "*/:root{"},
		{"style-url", ":root{", "p{background:url(x.png)}:root{"},
		{"style-import", ":root{", "@import 'x';:root{"},
		{"web-font", ":root{", "@font-face{}:root{"},
		{"unsubscribe", "https://news.example.com/unsubscribe/0", "https://news.example.com/u/0"},
		{"preferences", "https://news.example.com/preferences/0", "https://news.example.com/p/0"},
		{"browser", "a browser", "a"},
		{"postal-address", "postal-address", "address"},
		{"why", " why", ""},
		{"size", "</h1>", "</h1>" + strings.Repeat("<!-- -->", 13<<10)},
		{"size", "</h1>", "</h1>" + strings.Repeat("<!-- -->", 9<<10)},
	}
	hide := strings.NewReplacer(">Unsubscribe<", ">Leave<", ">View in browser<", ">View<", ">Change topics, cities or frequency<", ">Change<")
	for _, f := range faults {
		if f.rule == "unsubscribe" || f.rule == "browser" || f.rule == "preferences" {
			f.old, f.new = hide.Replace(f.old), hide.Replace(f.new)
			html := strings.ReplaceAll(hide.Replace(html), f.old, f.new)
			expect(t, f.rule, f.old, LintMail(html, text))
			continue
		}
		n := 1
		if strings.HasPrefix(f.rule, "dark") {
			n = -1
		}
		broken := strings.Replace(html, f.old, f.new, n)
		if broken == html {
			t.Errorf("%s: %q is not in the letter", f.rule, f.old)
			continue
		}
		expect(t, f.rule, f.old, LintMail(broken, text))
	}
	for _, f := range []struct{ rule, old, new string }{
		{"text-wrap", "This week", long + "This week"},
		{"text-html", "This week", "<p>This week"},
		{"text-html", "This week", "This&nbsp;week"},
		{"residue", "This week", "<no value>"},
		{"text-parity", "Talk about the platform’s budget like a product", "Something"},
		{"text-parity", "https://news.example.com/privacy", ""},
		{"text-unsubscribe", "nsubscribe", "nsub"},
	} {
		broken := strings.ReplaceAll(text, f.old, f.new)
		if broken == text {
			t.Errorf("%s: %q is not in the text", f.rule, f.old)
		}
		expect(t, f.rule, f.old, LintMail(html, broken))
	}
	expect(t, "text", "", LintMail(html, " \n"))
	expect(t, "body", "", LintMail("<!doctype html><p>", text))
	expect(t, "mso", "no comments", LintMail(conditional.ReplaceAllString(html, ""), text))
}

// TestLintMailCatchesWhatChecksCatch seeds the faults that the project's checks
// of finished letters prove themselves by, one after the other. The names are
// theirs, the rules ours.
func TestLintMailCatchesWhatChecksCatch(t *testing.T) {
	html, text := letter(t)
	replace := func(old, new string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, new, 1) }
	}
	all := func(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }
	for _, f := range []struct {
		name, rule string
		fault      func(string) string
	}{
		{"doctype", "doctype", replace("<!doctype html>", "")},
		{"lang", "lang", replace(`<html lang="en"`, "<html")},
		{"dir", "dir", replace(" dir=\"ltr\">\n<head>", ">\n<head>")},
		{"title", "title", replace("<title>On-call that people volunteer for, and 4 more reads</title>", "<title></title>")},
		{"color-scheme", "color-scheme", replace(`<meta name="color-scheme" content="light dark">`, "")},
		{"table-role", "table-role", replace(`<table role="presentation" width="100%"`, `<table width="100%"`)},
		{"mso", "mso", replace("<![endif]-->", "")},
		{"img-alt", "img-alt", replace(` alt="A wall calendar with coloured shifts and two empty weeks"`, "")},
		{"img-width", "img-width", replace(` width="552" alt`, " alt")},
		{"img-src", "img-src", replace(`src="https://news`, `src="http://news`)},
		{"img-format", "img-format", replace("lead.jpg", "lead.webp")},
		{"img-height", "img-height", replace(`width="552" alt`, `width="552" height="311" alt`)},
		{"h1", "h1", all("<h1", "<h2", "</h1>", "</h2>")},
		{"heading-order", "heading-order", all("<h3", "<h5", "</h3>", "</h5>")},
		{"href", "href", replace(`href="https://example.com/budget"`, `href="/budget"`)},
		{"link-text", "link-text", replace(">Read the article<", ">Read more<")},
		{"link-name", "link-name", replace(">Read the article<", "><")},
		{"template", "residue", replace("By Priya Raman", "By <no value>")},
		{"template in a link", "residue", replace(`href="https://example.com/budget"`, `href="https://example.com/%7B%7B.URL%7D%7D"`)},
		{"forbidden", "forbidden", replace("</body>", "<script>1</script></body>")},
		{"preheader", "preheader", replace(`class="preheader"`, "")},
		{"font-size", "font-size", replace("font-size:14px", "font-size:11px")},
		{"unsubscribe", "unsubscribe", all(">Unsubscribe<", ">Bye<", "/unsubscribe/", "/u/")},
		{"preferences", "preferences", all(">Change topics, cities or frequency<", ">Change<", "/preferences/", "/p/")},
		{"view-in-browser", "browser", all("View in browser", "Web", "a browser", "a")},
		{"postal-address", "postal-address", replace("postal-address", "")},
		{"why", "why", replace(` why"`, `"`)},
		{"size", "size", replace("</body>", "<p>"+strings.Repeat("x ", 50000)+"</p></body>")},
		{"style-size", "style-size", replace(":root{", strings.Repeat(".z{color:#000000}", 1000)+":root{")},
		{"style-in-body", "style-in-body", replace("</body>", "<style>p{}</style></body>")},
		{"gmail-style-url", "style-url", replace(":root{", ".z{background:url(https://x/y.png)}:root{")},
		{"css-import", "style-import", replace(":root{", `@import "x.css";:root{`)},
		{"style-css", "style-css", replace(":root{", ".z{color:#000000 :root{")},
		{"caniemail", "inline-css", replace(`<div class="side" style="`, `<div class="side" style="display:flex;gap:4px;`)},
		{"word-padding", "word-padding", replace(`<div class="side" style="`, `<div class="side" style="padding:8px;`)},
		{"wrapper", "wrapper", replace(`role="article"`, "")},
	} {
		broken := f.fault(html)
		if broken == html {
			t.Errorf("%s: nothing was broken", f.name)
			continue
		}
		bad := slices.DeleteFunc(LintMail(broken, text), func(f Finding) bool { return f.Warning })
		expect(t, f.rule, f.name, bad)
	}
}

func expect(t *testing.T, rule, where string, found []Finding) {
	t.Helper()
	if !slices.Contains(rules(found), rule) {
		t.Errorf("%s did not fire for %q; found %v", rule, where, found)
	}
}

func TestLintMailKnowsTheLine(t *testing.T) {
	html, text := letter(t)
	broken := strings.Replace(html, "<h1", "<center></center>\n<h1 onclick=x", 1)
	want := 1 + strings.Count(broken[:strings.Index(broken, "<h1")], "\n")
	for _, f := range LintMail(broken, text) {
		if f.Rule == "forbidden" && f.Line == want {
			return
		}
	}
	t.Errorf("no finding in line %d: %v", want, LintMail(broken, text))
}

func TestLintPageCatches(t *testing.T) {
	s := load(t, nil)
	render := func(v View) string {
		b, err := s.Page(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	var ask, caught string
	for _, v := range samplePages("en", sampleFull()) {
		switch v := v.(type) {
		case *UnsubscribePage:
			if v.State == Ask && ask == "" {
				ask = render(v)
			}
		case *MailboxLetterPage:
			if v.Frame != "" {
				caught = render(v)
			}
		}
	}
	for _, f := range []struct{ rule, page, old, new string }{
		{"main", ask, `id="main"`, ""},
		{"skip", ask, `href="#main"`, `href="#top"`},
		{"id", ask, "<h1", `<h1 id="main"`},
		{"csp", ask, "<h1", `<h1 style="color:red"`},
		{"csp", ask, "</h1>", "</h1><style>p{}</style>"},
		{"csp", ask, "</h1>", "</h1><script>alert(1)</script>"},
		{"label", ask, `type="hidden"`, `type="text"`},
		{"button-name", ask, ">Unsubscribe</button>", "></button>"},
		{"form-method", ask, ` method="post"`, ""},
		{"nav-name", ask, ` aria-label="Main menu"`, ""},
		{"iframe", caught, " sandbox=", " data-sandbox="},
		{"nesting", ask, "</form>", ""},
		{"h1", ask, "<h1", "<p"},
		{"img-alt", ask, "</h1>", `</h1><img src="x.png">`},
		{"size", ask, "</h1>", "</h1>" + strings.Repeat("<!-- -->", 8<<10)},
		{"label", strings.Replace(ask, `type="hidden"`, `type="text" hidden`, 1), ` hidden`, ""},
	} {
		if found := LintPage(f.page); len(found) > 0 {
			t.Fatalf("the unbroken page: %v", found)
		}
		broken := strings.Replace(f.page, f.old, f.new, 1)
		if broken == f.page {
			t.Errorf("%s: %q is not in the page", f.rule, f.old)
		}
		expect(t, f.rule, f.old, LintPage(broken))
	}
}
