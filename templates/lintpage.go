package templates

import "strings"

// LintPage holds a page against the rules of our pages: what screen readers
// and keyboards need, and what our Content-Security-Policy would refuse.
func LintPage(html string) []Finding {
	l := &lint{markup: readMarkup(html)}
	l.common()
	main := l.first(func(n *node) bool { return n.name == "main" })
	if main == nil || main.attrs["id"] != "main" {
		l.bad("main", main, "there is no <main id=\"main\"> for the skip link to lead to")
	}
	if a := l.named("a"); len(a) == 0 || a[0].attrs["href"] != "#main" {
		l.bad("skip", nil, "the first link does not skip to #main")
	}
	ids := map[string]bool{}
	for _, n := range l.all {
		if id := n.attrs["id"]; id != "" {
			if ids[id] {
				l.bad("id", n, "two elements have the id %q", id)
			}
			ids[id] = true
		}
		if _, ok := n.attrs["style"]; ok {
			l.bad("csp", n, "style=… is refused by our Content-Security-Policy: put it into app.css")
		}
	}
	for _, n := range l.named("style", "script") {
		if n.name == "style" || n.attrs["src"] == "" && n.attrs["type"] != "application/ld+json" {
			l.bad("csp", n, "<%s> in the page is refused by our Content-Security-Policy", n.name)
		}
	}
	l.forms()
	for _, n := range l.named("iframe") {
		if _, ok := n.attrs["sandbox"]; !ok || n.attrs["title"] == "" {
			l.bad("iframe", n, "a frame needs sandbox and a title")
		}
	}
	for _, n := range l.named("nav") {
		if n.attrs["aria-label"] == "" && n.attrs["aria-labelledby"] == "" {
			l.bad("nav-name", n, "<nav> has no name, and there is more than one")
		}
	}
	const most = 60 << 10
	if len(html) > most {
		l.warn("size", nil, "%d KB; pages have at most 60", len(html)>>10)
	}
	return l.sorted()
}

// forms wants a name for everything a reader can fill in or press.
func (l *lint) forms() {
	labelled := map[string]bool{}
	for _, n := range l.named("label") {
		if of := n.attrs["for"]; of != "" {
			labelled[of] = true
		}
	}
	for _, n := range l.named("input", "select", "textarea") {
		_, hidden := n.attrs["hidden"] // for programs that keep passwords: nobody is shown it
		if kind := n.attrs["type"]; hidden || kind == "hidden" || kind == "submit" {
			continue
		}
		if n.attrs["aria-label"] == "" && n.attrs["aria-labelledby"] == "" && !n.inside("label") && !labelled[n.attrs["id"]] {
			l.bad("label", n, "<%s name=%q> has no label", n.name, n.attrs["name"])
		}
	}
	for _, n := range l.named("button") {
		if n.named() == "" {
			l.bad("button-name", n, "a button has no name")
		}
	}
	for _, n := range l.named("form") {
		if method := strings.ToLower(n.attrs["method"]); method != "get" && method != "post" {
			l.bad("form-method", n, "<form> does not say whether it changes something: method=\"post\" or \"get\"")
		}
	}
}
