package web

import (
	_ "embed"
	"strings"
	"sync"
	"time"

	"github.com/standfirst/standfirst/templates"
)

// zoneNames are the time zones there are: one for each group of places whose
// clocks have agreed since 1970, as the IANA database has it, and UTC.
//
//go:embed zones.txt
var zoneNames string

// zones are those of zoneNames that this machine knows, sorted.
var zones = sync.OnceValue(func() []string {
	var list []string
	for _, name := range strings.Fields(zoneNames) {
		if _, err := time.LoadLocation(name); err == nil {
			list = append(list, name)
		}
	}
	return list
})

// zoneOptions are the zones a reader may choose, by continent, and the one they
// have; own is what no choice means.
func zoneOptions(have, own string) []templates.Options {
	groups := []templates.Options{{Options: []templates.Option{{Label: own, Chosen: have == ""}}}}
	found := have == ""
	for _, name := range zones() {
		region, place, _ := strings.Cut(name, "/")
		if place == "" {
			region, place = "", name
		}
		if last := &groups[len(groups)-1]; last.Label != region {
			groups = append(groups, templates.Options{Label: region})
		}
		last := &groups[len(groups)-1]
		last.Options = append(last.Options, templates.Option{Value: name, Label: strings.ReplaceAll(place, "_", " "), Chosen: name == have})
		found = found || name == have
	}
	if !found { // another name of one of them, or one that is gone
		groups[0].Options = append(groups[0].Options, templates.Option{Value: have, Label: have, Chosen: true})
	}
	return groups
}
