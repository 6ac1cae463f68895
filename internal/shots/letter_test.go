package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/standfirst/standfirst/templates"
)

var sampleFolder = filepath.Join("..", "..", "examples", "lead")

// written writes all letters to a folder.
func written(t *testing.T) (dir string, letters []Letter) {
	t.Helper()
	letters, err := Letters(context.Background(), sampleFolder)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := Write(dir, letters); err != nil {
		t.Fatal(err)
	}
	return dir, letters
}

// TestLetters: every kind of letter is there, obeys our own lint without a
// mistake, says the same twice, and its text keeps to 72 columns.
func TestLetters(t *testing.T) {
	_, letters := written(t)
	_, again := written(t)
	if len(letters) != 8 {
		t.Errorf("%d letters", len(letters))
	}
	for i, l := range letters {
		for _, f := range templates.LintMail(l.HTML, l.Text) {
			if !f.Warning {
				t.Errorf("%s: %v", l.Name, f)
			}
		}
		if l.HTML != again[i].HTML || l.Text != again[i].Text {
			t.Errorf("%s: another letter comes out every time", l.Name)
		}
		for line := range strings.SplitSeq(l.Text, "\n") {
			if utf8.RuneCountInString(line) > 72+4 && !strings.HasPrefix(line, "https://") { // isolates take no room
				t.Errorf("%s: a line of %d columns: %s", l.Name, utf8.RuneCountInString(line), line)
			}
		}
	}
}

// TestChecks holds every letter against the project's checks of finished
// letters: a lint with what 23 mail programs know, the W3C's checker, and axe in
// Chromium at three widths, in light and dark. It takes a minute.
func TestChecks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	folder := os.Getenv("STANDFIRST_CHECKS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "checks")
	}
	if _, err := os.Stat(filepath.Join(folder, "run.sh")); err != nil {
		t.Skip("the checks of finished letters are not here")
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err != nil {
		t.Skip("the checks are not installed: copy ../shared/checks, run npm ci in the copy, and name it in STANDFIRST_CHECKS")
	}
	for _, program := range []string{"node", "java", "chromium", "bc"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("there is no %s here", program)
		}
	}
	images, err := filepath.Abs(filepath.Join(sampleFolder, "images"))
	if err != nil {
		t.Fatal(err)
	}
	dir, letters := written(t)
	var pages []string
	for _, l := range letters {
		pages = append(pages, filepath.Join(dir, l.Name+".html"))
	}
	// What run.sh does, but with each program started for all letters at once.
	steps := [][]string{
		append([]string{"sh", "vnu.sh", "--mail"}, pages...),
		append([]string{"sh", "size.sh", "100"}, pages...),
		append([]string{"node", "axe-pages.mjs", "--mail", "--widths=320,600,1200", "--img=" + images}, pages...),
	}
	for _, page := range pages {
		steps = append(steps, []string{"node", "lint-mail.mjs", page}, []string{"node", "lint-mail.mjs", strings.TrimSuffix(page, ".html") + ".eml"})
	}
	for _, step := range steps {
		run := exec.CommandContext(t.Context(), step[0], step[1:]...)
		run.Dir = folder
		if out, err := run.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", strings.Join(step, " "), err, out)
		} else {
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			t.Log(lines[len(lines)-1])
		}
	}
}

var score = regexp.MustCompile(`(?sm)^X-Spam-Status: [^,]*, score=(-?[0-9.]+).*?tests=([A-Z0-9_,\s]*)`)

// TestNotSpam: SpamAssassin's own rules find nothing in our letters that costs
// more than half a point.
func TestNotSpam(t *testing.T) {
	if _, err := exec.LookPath("spamassassin"); err != nil {
		t.Skip("no SpamAssassin here: apt-get install spamassassin")
	}
	_, letters := written(t)
	var box strings.Builder // one start of the program for all
	for _, l := range letters {
		box.WriteString("From shots@example.com Tue Nov 24 08:00:00 2026\n" + strings.ReplaceAll(string(l.Whole), "\r\n", "\n") + "\n")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, "spamassassin", "-L", "-t", "--mbox")
	run.Env = append(os.Environ(), "HOME="+t.TempDir())
	run.Stdin = strings.NewReader(box.String())
	out, err := run.Output()
	if err != nil {
		t.Fatalf("spamassassin: %v", err)
	}
	found := score.FindAllStringSubmatch(string(out), -1)
	if len(found) != len(letters) {
		t.Fatalf("%d scores for %d letters in\n%.2000s", len(found), len(letters), out)
	}
	for i, l := range letters {
		points, err := strconv.ParseFloat(found[i][1], 64)
		t.Logf("%s: %s points, %s", l.Name, found[i][1], strings.Join(strings.Fields(found[i][2]), ""))
		if err != nil || points > 0.5 {
			t.Errorf("%s: %s points, for %s", l.Name, found[i][1], found[i][2])
		}
	}
}

// TestPictures takes one picture, in the dark, and reduces it.
func TestPictures(t *testing.T) {
	_, letters := written(t)
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("no Chromium here: apt-get install chromium")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	b, err := newBrowser(ctx, filepath.Join(sampleFolder, "images"), letters)
	if err != nil {
		t.Fatal(err)
	}
	defer b.stop()
	for scheme, want := range map[string]uint8{"light": 0xff, "dark": 0x18} {
		img, err := b.shoot("welcome", 320, scheme)
		if err != nil {
			t.Fatal(err)
		}
		small := reduce(img)
		if r, _, _, _ := small.At(40, 200).RGBA(); uint8(r>>8) != want {
			t.Errorf("%s: the letter's ground is %x", scheme, r>>8)
		}
		if img.Bounds().Dx() != 320 || img.Bounds().Dy() < 400 || len(small.Palette) > 256 {
			t.Errorf("%s: %v, %d colours", scheme, img.Bounds(), len(small.Palette))
		}
	}
}
