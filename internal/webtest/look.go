package webtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// browsers look at pages at once: each mostly waits for a page to be quiet.
const browsers = 5

// Accessible has axe look at pages in a browser: on a phone and a desk, in light
// and dark, for what people cannot use, what is wider than the window, and what
// the browser complains of. Flags are those of axe-pages.mjs.
func Accessible(t *testing.T, pages []string, flags ...string) {
	t.Helper()
	dir := Tools(t, "node", "chromium")
	var all sync.WaitGroup
	for some := range slices.Chunk(pages, (len(pages)+browsers-1)/browsers) {
		all.Go(func() { Check(t, dir, slices.Concat([]string{"node", "axe-pages.mjs"}, flags, some)...) })
	}
	all.Wait()
}

// Valid has the W3C's checker read the HTML of pages.
func Valid(t *testing.T, pages []string) {
	t.Helper()
	dir, folder := Tools(t, "java"), t.TempDir()
	args := []string{"sh", "vnu.sh"}
	for i, text := range pages {
		file := filepath.Join(folder, fmt.Sprintf("%03d.html", i))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	Check(t, dir, args...)
}
