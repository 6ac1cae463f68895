package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/subscribers"
)

const (
	olga = "olga@example.com" // an owner is maya: these may less
	vera = "vera@example.com"
)

// newReadersDesk is a desk with readers and imports, an editor and a viewer.
func newReadersDesk(t *testing.T) *deskSite {
	t.Helper()
	s := newDesk(t, "http://localhost:8080")
	s.Desk.Readers = s.db
	s.Desk.Imports = &Imports{
		Folder: filepath.Join(t.TempDir(), "imports"), Store: s.db, Asker: s.db, Newsletters: []string{"weekly", "dates"},
		Topics: func(context.Context) (func(string) string, error) { return strings.ToUpper, nil },
		Note:   s.Desk.Log, Log: s.Log,
	}
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- s.Desk.Imports.Run(ctx) }()
	t.Cleanup(func() { stop(); s.must(<-over) })
	for email, role := range map[string]editors.Role{olga: editors.RoleEditor, vera: editors.RoleViewer} {
		_, err := s.door.Add(ctx, editors.Editor{Email: email, Role: role}, time.Now())
		s.must(err)
	}
	s.h = s.Handler()
	return s
}

// inLog returns what the log of the desk says of a subject, newest first.
func (s *deskSite) inLog(subject string) []string {
	s.t.Helper()
	entries, err := s.db.LogEntries(s.t.Context(), subject, 20)
	s.must(err)
	var lines []string
	for _, e := range entries {
		if strings.Contains(e.Detail+e.Subject, "@") {
			s.t.Errorf("the log names somebody: %+v", e)
		}
		lines = append(lines, e.What+": "+e.Detail)
	}
	return lines
}

// choosing is the much of a page that offers choices.
var choosing = regexp.MustCompile(`(?s)<head.*</header>|<option.*?</option>\n|</?optgroup.*?>\n`)

func lacks(t *testing.T, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, choosing.ReplaceAllString(page, ""))
		}
	}
}

// TestReadersAreFound: by text, state, newsletter and topic, with how many
// there are and what they were sent last.
func TestReadersAreFound(t *testing.T) {
	s := newReadersDesk(t)
	c := s.signedIn(maya)
	s.must(s.db.Leave(t.Context(), s.readers[eve], "", subscribers.Consent{}, time.Now()))
	s.asked(subscribers.Request{Kind: subscribers.SignUp, Email: "new@newcomers.example", Newsletters: []string{"weekly"}, Topics: []string{"Platform"}})
	all := s.page("/desk/readers", c)
	lacks(t, all, ada, ben, eve, "3 found", "All <strong>3</strong>", "Active <strong>2</strong>", "Unsubscribed <strong>1</strong>", "not confirmed <strong>1</strong>", s.edition, "/desk/readers/export")
	if strings.Contains(all, hostile) {
		t.Error("strangers' words are HTML")
	}
	for query, want := range map[string]string{
		"q=ADA": ada, "q=%40readers": ada + ben + eve, "q=nobody": "", "state=unsubscribed": eve, "newsletter=weekly": ada + ben,
		"topic=platform": ben, "state=asked": "new@newcomers.example", "state=asked&q=newc&topic=Platform&newsletter=weekly": "new@newcomers.example",
		"state=asked&topic=Other": "", "state=paused": "", "state=nonsense": ada + ben + eve, "before=2": "", "before=x": ada + ben + eve, "q=%00": ada + ben + eve, "city=Nowhere": "",
	} {
		page := s.page("/desk/readers?"+query, c)
		for _, email := range []string{ada, ben, eve, "new@newcomers.example"} {
			wanted := strings.Contains(want, email)
			if strings.HasPrefix(query, "before=2") {
				wanted = s.readers[email] == 1
			}
			if strings.Contains(page, ">"+email+"<") != wanted {
				t.Errorf("?%s: %s found: %v, want %v", query, email, !wanted, wanted)
			}
		}
	}
}

// TestViewersSeeNoAddresses: who may look only looks, and cannot try addresses
// out either.
func TestViewersSeeNoAddresses(t *testing.T) {
	s := newReadersDesk(t)
	c := s.signedIn(vera)
	reader := readerPath(s.readers[ada], "")
	for _, path := range []string{"/desk/readers", "/desk/readers?q=ada", "/desk/readers?state=active", reader} {
		page := s.page(path, c)
		if strings.Contains(page, ada) || strings.Contains(page, ben) || strings.Contains(page, `name="q"`) || strings.Contains(page, `name="do"`) {
			t.Errorf("%s shows what it must not:\n%s", path, page)
		}
	}
	lacks(t, s.page("/desk/readers?q=nothing", c), "3 found", subscribers.Mask(ada))
	for path, least := range map[string]string{
		"POST " + reader: olga, "POST " + reader + "/data": olga, "GET " + reader + "/erase": maya, "POST " + reader + "/erase": maya,
		"POST /desk/readers/export": maya, "GET /desk/import": olga, "POST /desk/import": olga, "GET /desk/import/x": olga, "POST /desk/import/x": olga, "GET /desk/import/x/refused.csv": olga,
	} {
		method, path, _ := strings.Cut(path, " ")
		who := []string{vera}
		if least == maya {
			who = append(who, olga)
		}
		for _, email := range who {
			c := s.signedIn(email)
			before := s.state()
			if res := s.do(method, path, url.Values{"do": {"leave:"}}, c); res.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s as %s: %d", method, path, email, res.StatusCode)
			}
			if s.state() != before {
				t.Errorf("%s %s as %s changed something", method, path, email)
			}
		}
	}
}

// TestReaderPage: what is known of a reader, and what they were sent and why.
func TestReaderPage(t *testing.T) {
	s := newReadersDesk(t)
	c := s.signedIn(olga)
	page := s.page(readerPath(s.readers[ada], ""), c)
	lacks(t, page, ada, "Active", "The Weekly", s.edition, "Sent</span>", "Was imported", "an import", "Has been given everything up to release")
	if strings.Contains(page, hostile) || strings.Contains(page, "/erase") {
		t.Error("the page shows what it must not")
	}
	s.must(s.db.Suppress(t.Context(), ada, subscribers.BecauseBounced, time.Now()))
	lacks(t, s.page(readerPath(s.readers[ada], "?page=7"), c), "Not written to since", "the address does not exist")
	s.send("dates")
	lacks(t, s.page(readerPath(s.readers[eve], ""), c), "Reminder: ")
	for _, path := range []string{"/desk/readers/999", "/desk/readers/0", "/desk/readers/x", "/desk/readers/99999999999999999999"} {
		if res := s.do("GET", path, nil, c); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// TestActsForReaders: each does what it says, once however often it is pressed,
// and stands in both logs.
func TestActsForReaders(t *testing.T) {
	s := newReadersDesk(t)
	c := s.signedIn(olga)
	id := s.readers[ada]
	path := readerPath(id, "")
	subject := fmt.Sprintf("reader %d", id)
	do := func(values ...string) {
		t.Helper()
		form := url.Values{}
		for i := 0; i < len(values); i += 2 {
			form.Add(values[i], values[i+1])
		}
		for range 2 {
			to := s.leads(path, form, c)
			lacks(t, s.page(to, c), `<p class="note ok" role="status">`)
		}
	}
	is := func(want string) {
		t.Helper()
		r, takes := s.reader(ada)
		if got := fmt.Sprintf("%s, %s, paused %v, %s, %v", r.Status, takes, r.PausedAt(time.Now()), r.Language, r.Topics); got != want {
			t.Errorf("ada is %s, want %s", got, want)
		}
	}
	do("do", "pause", "weeks", "2", "note", "rang on Monday")
	is("active, dates weekly, paused true, , []")
	do("do", "resume")
	do("do", "leave:weekly")
	is("active, dates, paused false, , []")
	res := s.do("POST", path, url.Values{"do": {"return:weekly"}}, c)
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text(t, res), "Say what they asked for") {
		t.Errorf("coming back without a word: %d", res.StatusCode)
	}
	do("do", "return:weekly", "note", "wrote on Tuesday "+hostile)
	is("active, dates weekly, paused false, , []")
	do("do", "save", "topic", "Platform", "language", "de", "timezone", "")
	is("active, dates weekly, paused false, de, [Platform]")
	do("do", "link")
	do("do", "leave:")
	is("unsubscribed, , paused false, de, [Platform]")
	do("do", "save", "language", "", "timezone", "") // brings nobody back
	is("unsubscribed, , paused false, , []")
	for _, form := range []url.Values{{"do": {"pause"}, "weeks": {"13"}}, {"do": {"pause"}}, {"do": {"return:"}, "note": {"x"}}, {"do": {"x"}}, {}} {
		if res := s.do("POST", path, form, c); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %d", form, res.StatusCode)
		}
	}
	want := []string{"changed the wishes of: ", "unsubscribed: from everything", "had the link to their preferences sent to: ", "changed the wishes of: ",
		"subscribed again: weekly", "unsubscribed: weekly", "ended the break of: "}
	got := s.inLog(subject)
	if len(got) != len(want)+1 || strings.Join(got[:len(want)], "\n") != strings.Join(want, "\n") || !strings.HasPrefix(got[len(want)], "paused: until 20") {
		t.Errorf("log:\n%s", strings.Join(got, "\n"))
	}
	page := s.page(path, c)
	lacks(t, page, "rang on Monday", "the desk", "Came back")
	if strings.Contains(page, hostile) {
		t.Error("a note is HTML")
	}

	// The file is the one that readers get.
	res = s.do("POST", path+"/data", nil, c)
	var f file
	s.must(json.NewDecoder(res.Body).Decode(&f))
	if f.Reader.Email != ada || len(f.Editions) == 0 || len(f.Log) < 5 || !strings.Contains(res.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("file: %+v", f)
	}
	if got := s.inLog(subject)[0]; got != "downloaded the data of: " {
		t.Errorf("log: %s", got)
	}

	// Erasing is the owner's, and asks first.
	c = s.signedIn(maya)
	lacks(t, s.page(path+"/erase", c), ada, `action="`+path+`/erase"`)
	for range 2 {
		lacks(t, s.page(s.leads(path+"/erase", nil, c), c), "The reader is erased.")
	}
	if res := s.do("GET", path, nil, c); res.StatusCode != http.StatusNotFound {
		t.Errorf("an erased reader: %d", res.StatusCode)
	}
	if got := s.inLog(subject); got[0] != "erased: " || got[1] == got[0] {
		t.Errorf("log: %q", got[:2])
	}
}

// TestExportOfAllReaders: a file that can be imported again.
func TestExportOfAllReaders(t *testing.T) {
	s := newReadersDesk(t)
	res := s.do("POST", "/desk/readers/export", nil, s.signedIn(maya))
	out := text(t, res)
	lacks(t, out, "email,name,", ada, ben, eve, "dates;weekly")
	if kind := res.Header.Get("Content-Type"); kind != "text/csv; charset=utf-8" || strings.Count(out, "\n") != 4 {
		t.Errorf("%s with %d lines", kind, strings.Count(out, "\n"))
	}
	if got := s.inLog("readers"); len(got) != 1 || got[0] != "exported all readers: " {
		t.Errorf("log: %q", got)
	}
	other, err := store.Open(t.Context(), "sqlite::memory:")
	s.must(err)
	defer other.Close()
	rep, err := (&subscribers.Importer{Store: other, Newsletters: []string{"weekly", "dates"}}).Import(t.Context(), strings.NewReader(out), time.Now(), subscribers.ImportOptions{})
	if s.must(err); rep.New != 3 {
		t.Errorf("%+v", rep)
	}
}

// TestLookingAtReadersChangesNothing: nor does whatever a GET carries.
func TestLookingAtReadersChangesNothing(t *testing.T) {
	s := newReadersDesk(t)
	c := s.signedIn(maya)
	path := s.upload("x.csv", someFile, c).Header.Get("Location")
	s.settled(path, c)
	reader := readerPath(s.readers[ada], "")
	before := s.state()
	for _, at := range []string{
		"/desk/readers", "/desk/readers?do=export", reader, reader + "?do=leave:&note=x", reader + "/erase", reader + "/data", "/desk/readers/export",
		"/desk/import", path, path + "?do=import&consent=ask", path + "/refused.csv",
	} {
		get, head := s.do("GET", at, nil, c), s.do("HEAD", at, nil, c)
		if b := text(t, head); b != "" || get.StatusCode != head.StatusCode || get.Header.Get("Content-Type") != head.Header.Get("Content-Type") {
			t.Errorf("HEAD %s: %d with %d bytes; GET says %d", at, head.StatusCode, len(b), get.StatusCode)
		}
		if s.state() != before {
			t.Fatalf("looking at %s changed something", at)
		}
	}
	if in, _ := s.Desk.Imports.find(strings.TrimPrefix(path, "/desk/import/")); in.state != "checked" {
		t.Errorf("the file is %s", in.state)
	}
}

// upload sends a file as the form does.
func (s *deskSite) upload(name, content string, c *http.Cookie, fields ...string) *http.Response {
	s.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, f := range fields {
		s.must(form.WriteField(f, "1"))
	}
	if name != "" {
		part, err := form.CreateFormFile("file", name)
		s.must(err)
		_, err = io.WriteString(part, content)
		s.must(err)
	}
	s.must(form.Close())
	r := httptest.NewRequest("POST", "/desk/import", &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(c)
	rec := httptest.NewRecorder()
	s.h.ServeHTTP(rec, r)
	return rec.Result()
}

// settled waits until nobody works on a file, and returns its page.
func (s *deskSite) settled(path string, c *http.Cookie) string {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		res := s.do("GET", path, nil, c)
		if res.Header.Get("Refresh") == "" {
			return text(s.t, res)
		}
	}
	s.t.Fatalf("%s does not come to an end", path)
	return ""
}

const someFile = "Email,Name,newsletters\nnew@newcomers.example,New,weekly\nbad@@example.com,Bad,weekly\n" + ada + ",Ada L.,\n" + eve + ",,dates\nodd@gmial.com,Odd,\n"

// TestImportIsCheckedFirst: nothing is saved before somebody decides; a decision
// counts once; and what was left out can be mended.
func TestImportIsCheckedFirst(t *testing.T) {
	s := newReadersDesk(t)
	s.must(s.db.Leave(t.Context(), s.readers[eve], "", subscribers.Consent{}, time.Now()))
	c := s.signedIn(olga)
	before, err := s.db.Counts(t.Context())
	s.must(err)
	res := s.upload(`C:\Users\x\readers-may.csv`, someFile, c)
	path := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(path, "/desk/import/") {
		t.Fatalf("%d to %q", res.StatusCode, path)
	}
	page := s.settled(path, c)
	lacks(t, page, "Check of readers-may.csv", "Nothing has been saved yet", "Import 3 readers", "(2 letters)", "One row unsubscribed before. They stay unsubscribed.",
		`<td class="num">3</td>`, "did you mean gmail.com?", "Download all 2 with reasons", "never brings anyone back")
	if after, err := s.db.Counts(t.Context()); err != nil || fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("a check changed readers: %v, %v", after, err)
	}
	csv := text(t, s.do("GET", path+"/refused.csv", nil, c))
	lacks(t, csv, "Email,Name,newsletters,line,reason", "bad@@example.com", eve)

	// The other way wants a word, which is kept.
	res = s.do("POST", path, url.Values{"do": {"import"}, "consent": {"proof"}, "source": {" "}}, c)
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text(t, res), "Say where and when they agreed.") {
		t.Errorf("without a word: %d", res.StatusCode)
	}
	decision := url.Values{"do": {"import"}, "consent": {"proof"}, "source": {"Signed up at LDX3, June 2026"}}
	for range 3 {
		if to := s.leads(path, decision, c); to != path {
			t.Errorf("deciding leads to %q", to)
		}
	}
	page = s.settled(path, c)
	lacks(t, page, "The import is done.", "Import of readers-may.csv", "Download all 2 with reasons")
	if strings.Contains(page, `name="do"`) {
		t.Error("it can be decided again")
	}
	r, err := s.db.ByEmail(t.Context(), "new@newcomers.example")
	s.must(err)
	if r.Consent != "Signed up at LDX3, June 2026" || r.Status != subscribers.Active {
		t.Errorf("%+v", r)
	}
	s.leads(path, decision, c) // again, later
	if got := s.inLog("readers"); len(got) != 2 || got[0] != "imported readers: readers-may.csv; 5 rows: 2 new (0 asked first), 1 changed, 0 the same, 2 left out" || got[1] != "began to import readers: readers-may.csv" {
		t.Errorf("log: %q", got)
	}
	lacks(t, s.page(s.leads(path, url.Values{"do": {"discard"}}, c), c), "The file is thrown away")
	if left, err := os.ReadDir(s.Desk.Imports.Folder); err != nil || len(left) > 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
	lacks(t, s.page(s.do("GET", path, nil, c).Header.Get("Location"), c), "This file is no longer here")
}

// TestImportAsksFirst: new readers come when they confirm.
func TestImportAsksFirst(t *testing.T) {
	s := newReadersDesk(t)
	c := s.signedIn(olga)
	path := s.upload("a@b.csv", someFile, c, "tags").Header.Get("Location")
	s.settled(path, c)
	s.leads(path, url.Values{"do": {"import"}, "consent": {"ask"}}, c)
	lacks(t, s.settled(path, c), "To be asked first")
	if _, err := s.db.ByEmail(t.Context(), "new@newcomers.example"); err == nil {
		t.Error("who was to be asked is a reader already")
	}
	list, err := s.db.Unconfirmed(t.Context(), "", 10)
	if s.must(err); len(list) != 2 {
		t.Errorf("%d are asked", len(list))
	}
	if got := s.inLog("readers"); !strings.HasPrefix(got[0], "imported readers: 5 rows: 3 new (2 asked first)") && !strings.HasPrefix(got[0], "imported readers: 5 rows: 2 new (2 asked first)") {
		t.Errorf("log: %q", got)
	}
}

// TestImportOfWhatIsNone: files that cannot be read, too many, none at all.
func TestImportOfWhatIsNone(t *testing.T) {
	s := newReadersDesk(t)
	c := s.signedIn(olga)
	if res := s.upload("", "", c); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text(t, res), "Choose a file.") {
		t.Errorf("no file: %d", res.StatusCode)
	}
	if res := s.do("POST", "/desk/import", url.Values{"file": {"x"}}, c); res.StatusCode != http.StatusBadRequest {
		t.Errorf("no multipart: %d", res.StatusCode)
	}
	path := s.upload("empty.csv", "", c).Header.Get("Location")
	lacks(t, s.settled(path, c), "cannot be read", "the file is empty")
	path = s.upload(hostile+".csv", "name\n"+hostile+"\n", c).Header.Get("Location")
	if page := s.settled(path, c); strings.Contains(page, hostile) || !strings.Contains(page, "there is no column email") {
		t.Errorf("%s", page)
	}
	for range mostIntakes {
		path = s.upload("x.csv", "email\nx@newcomers.example\n", c).Header.Get("Location")
	}
	s.settled(path, c)
	if res := s.upload("x.csv", "email\nx@newcomers.example\n", c); res.StatusCode != http.StatusConflict || !strings.Contains(text(t, res), "Several files wait") {
		t.Errorf("one too many: %d", res.StatusCode)
	}
	lacks(t, s.page("/desk/import", c), path, "Nothing has been saved yet")
	// An hour later all are gone.
	s.Desk.Imports.tidy(time.Now().Add(2 * intakeLife))
	if left, err := os.ReadDir(s.Desk.Imports.Folder); err != nil || len(left) > 0 || len(s.Desk.Imports.list()) > 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}

// TestTooLargeFile: it is refused in words, and nothing of it is kept.
func TestTooLargeFile(t *testing.T) {
	im := &Imports{Folder: filepath.Join(t.TempDir(), "imports"), Log: slog.New(slog.DiscardHandler)}
	_, _, err := im.receive(io.LimitReader(endless{}, largestImport+5))
	if !strings.Contains(fmt.Sprint(err), errTooLarge.Error()) {
		t.Errorf("error: %v", err)
	}
	if left, err := os.ReadDir(im.Folder); err != nil || len(left) > 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
	// What a killed process left behind goes; what is nobody's business stays.
	for _, name := range []string{intakePrefix + "1", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(im.Folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	im.init()
	im.tidy(time.Now())
	im.tidy(time.Now().Add(2 * intakeLife))
	if left, err := os.ReadDir(im.Folder); err != nil || len(left) != 1 || left[0].Name() != "notes.txt" {
		t.Errorf("left are %v, %v", left, err)
	}
}

// endless is a text without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

// TestImportInABrowser: a file, its check, the import, and the page of a reader
// who came by it; without JavaScript.
func TestImportInABrowser(t *testing.T) {
	s := newReadersDesk(t)
	srv := httptest.NewServer(s.h)
	t.Cleanup(srv.Close)
	b := newBrowser(t)
	name := filepath.Join(t.TempDir(), "readers-may.csv")
	s.must(os.WriteFile(name, []byte(someFile), 0o600))
	link := s.link(maya)
	b.do(chromedp.Navigate(srv.URL + link))
	b.press(link)
	b.do(chromedp.Navigate(srv.URL+"/desk/import"), chromedp.SetUploadFiles("#file", []string{name}))
	if got := b.press("/desk/import"); got != "Check of readers-may.csv" {
		t.Fatalf("after the upload: %q", got)
	}
	b.do(chromedp.WaitVisible(`button[value="import"]`), chromedp.Click(`input[value="proof"]`), chromedp.SendKeys("#source", "A stand in June"))
	if got := b.leads("h1", chromedp.Click(`button[value="import"]`)); got != "Import of readers-may.csv" {
		t.Fatalf("after the decision: %q", got)
	}
	b.do(chromedp.WaitVisible(".note.ok"))
	r, err := s.db.ByEmail(t.Context(), "new@newcomers.example")
	s.must(err)
	got := b.leads("h1", chromedp.Navigate(srv.URL+readerPath(r.ID, "")))
	if !strings.HasPrefix(got, "new@newcomers.example") {
		t.Errorf("the reader's page is %q", got)
	}
	if words, err := chromedp.Run(b.ctx, chromedp.Text("main")); err != nil || !strings.Contains(words, "A stand in June") {
		t.Errorf("the log of consent lacks its words: %v\n%s", err, words)
	}
	for _, complaint := range b.told() {
		t.Error(complaint)
	}
}
