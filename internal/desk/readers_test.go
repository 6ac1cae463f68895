package desk

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

	"github.com/standfirst/standfirst/internal/desk/desktest"
	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/webtest"
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
	s.Desk.Readers = s.DB
	s.Desk.Imports = &Imports{
		Folder: filepath.Join(t.TempDir(), "imports"), Store: s.DB, Asker: s.DB, Newsletters: []string{"weekly", "dates"},
		Topics: func(context.Context) (func(string) string, error) { return strings.ToUpper, nil },
		Note:   s.Desk.Log, Log: s.Log,
	}
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- s.Desk.Imports.Run(ctx) }()
	t.Cleanup(func() { stop(); s.Must(<-over) })
	for email, role := range map[string]editors.Role{olga: editors.RoleEditor, vera: editors.RoleViewer} {
		_, err := s.Door.Add(ctx, editors.Editor{Email: email, Role: role}, time.Now())
		s.Must(err)
	}
	s.open()
	return s
}

// inLog returns what the log of the desk says of a subject, newest first.
func (s *deskSite) inLog(subject string) []string {
	s.T.Helper()
	entries, err := s.DB.LogEntries(s.T.Context(), subject, 20)
	s.Must(err)
	var lines []string
	for _, e := range entries {
		if strings.Contains(e.Detail+e.Subject, "@") {
			s.T.Errorf("the log names somebody: %+v", e)
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
	c := s.SignedIn(desktest.Maya)
	s.Must(s.DB.Leave(t.Context(), s.IDs[webtest.Eve], "", subscribers.Consent{}, time.Now()))
	s.Asked(subscribers.Request{Kind: subscribers.SignUp, Email: "new@newcomers.example", Newsletters: []string{"weekly"}, Topics: []string{"Platform"}})
	all := s.Page("/desk/readers", c)
	lacks(t, all, webtest.Ada, webtest.Ben, webtest.Eve, "3 found", "All <strong>3</strong>", "Active <strong>2</strong>", "Unsubscribed <strong>1</strong>", "not confirmed <strong>1</strong>", s.Edition, "/desk/readers/export")
	if strings.Contains(all, webtest.Hostile) {
		t.Error("strangers' words are HTML")
	}
	for query, want := range map[string]string{
		"q=ADA": webtest.Ada, "q=%40readers": webtest.Ada + webtest.Ben + webtest.Eve, "q=nobody": "", "state=unsubscribed": webtest.Eve, "newsletter=weekly": webtest.Ada + webtest.Ben,
		"topic=platform": webtest.Ben, "state=asked": "new@newcomers.example", "state=asked&q=newc&topic=Platform&newsletter=weekly": "new@newcomers.example",
		"state=asked&topic=Other": "", "state=paused": "", "state=nonsense": webtest.Ada + webtest.Ben + webtest.Eve, "before=2": "", "before=x": webtest.Ada + webtest.Ben + webtest.Eve, "q=%00": webtest.Ada + webtest.Ben + webtest.Eve, "city=Nowhere": "",
	} {
		page := s.Page("/desk/readers?"+query, c)
		for _, email := range []string{webtest.Ada, webtest.Ben, webtest.Eve, "new@newcomers.example"} {
			wanted := strings.Contains(want, email)
			if strings.HasPrefix(query, "before=2") {
				wanted = s.IDs[email] == 1
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
	c := s.SignedIn(vera)
	reader := readerPath(s.IDs[webtest.Ada], "")
	for _, path := range []string{"/desk/readers", "/desk/readers?q=ada", "/desk/readers?state=active", reader} {
		page := s.Page(path, c)
		if strings.Contains(page, webtest.Ada) || strings.Contains(page, webtest.Ben) || strings.Contains(page, `name="q"`) || strings.Contains(page, `name="do"`) {
			t.Errorf("%s shows what it must not:\n%s", path, page)
		}
	}
	lacks(t, s.Page("/desk/readers?q=nothing", c), "3 found", subscribers.Mask(webtest.Ada))
	for path, least := range map[string]string{
		"POST " + reader: olga, "POST " + reader + "/data": olga, "GET " + reader + "/erase": desktest.Maya, "POST " + reader + "/erase": desktest.Maya,
		"POST /desk/readers/export": desktest.Maya, "GET /desk/import": olga, "POST /desk/import": olga, "GET /desk/import/x": olga, "POST /desk/import/x": olga, "GET /desk/import/x/refused.csv": olga,
	} {
		method, path, _ := strings.Cut(path, " ")
		who := []string{vera}
		if least == desktest.Maya {
			who = append(who, olga)
		}
		for _, email := range who {
			c := s.SignedIn(email)
			before := s.State()
			if res := s.Do(method, path, url.Values{"do": {"leave:"}}, c); res.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s as %s: %d", method, path, email, res.StatusCode)
			}
			if s.State() != before {
				t.Errorf("%s %s as %s changed something", method, path, email)
			}
		}
	}
}

// TestReaderPage: what is known of a reader, and what they were sent and why.
func TestReaderPage(t *testing.T) {
	s := newReadersDesk(t)
	c := s.SignedIn(olga)
	page := s.Page(readerPath(s.IDs[webtest.Ada], ""), c)
	lacks(t, page, webtest.Ada, "Active", "The Weekly", s.Edition, "Sent</span>", "Was imported", "an import", "Has been given everything up to release")
	if strings.Contains(page, webtest.Hostile) || strings.Contains(page, "/erase") {
		t.Error("the page shows what it must not")
	}
	s.Must(s.DB.Suppress(t.Context(), webtest.Ada, subscribers.BecauseBounced, time.Now()))
	lacks(t, s.Page(readerPath(s.IDs[webtest.Ada], "?page=7"), c), "Not written to since", "the address does not exist")
	s.Send("dates")
	lacks(t, s.Page(readerPath(s.IDs[webtest.Eve], ""), c), "Reminder: ")
	for _, path := range []string{"/desk/readers/999", "/desk/readers/0", "/desk/readers/x", "/desk/readers/99999999999999999999"} {
		if res := s.Do("GET", path, nil, c); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// TestActsForReaders: each does what it says, once however often it is pressed,
// and stands in both logs.
func TestActsForReaders(t *testing.T) {
	s := newReadersDesk(t)
	c := s.SignedIn(olga)
	id := s.IDs[webtest.Ada]
	path := readerPath(id, "")
	subject := fmt.Sprintf("reader %d", id)
	do := func(values ...string) {
		t.Helper()
		form := url.Values{}
		for i := 0; i < len(values); i += 2 {
			form.Add(values[i], values[i+1])
		}
		for range 2 {
			to := s.Leads(path, form, c)
			lacks(t, s.Page(to, c), `<p class="note ok" role="status">`)
		}
	}
	is := func(want string) {
		t.Helper()
		r, takes := s.Reader(webtest.Ada)
		if got := fmt.Sprintf("%s, %s, paused %v, %s, %v", r.Status, takes, r.PausedAt(time.Now()), r.Language, r.Topics); got != want {
			t.Errorf("ada is %s, want %s", got, want)
		}
	}
	do("do", "pause", "weeks", "2", "note", "rang on Monday")
	is("active, dates weekly, paused true, , []")
	do("do", "resume")
	do("do", "leave:weekly")
	is("active, dates, paused false, , []")
	res := s.Do("POST", path, url.Values{"do": {"return:weekly"}}, c)
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(desktest.Text(t, res), "Say what they asked for") {
		t.Errorf("coming back without a word: %d", res.StatusCode)
	}
	do("do", "return:weekly", "note", "wrote on Tuesday "+webtest.Hostile)
	is("active, dates weekly, paused false, , []")
	do("do", "save", "topic", "Platform", "language", "de", "timezone", "")
	is("active, dates weekly, paused false, de, [Platform]")
	do("do", "link")
	do("do", "leave:")
	is("unsubscribed, , paused false, de, [Platform]")
	do("do", "save", "language", "", "timezone", "") // brings nobody back
	is("unsubscribed, , paused false, , []")
	for _, form := range []url.Values{{"do": {"pause"}, "weeks": {"13"}}, {"do": {"pause"}}, {"do": {"return:"}, "note": {"x"}}, {"do": {"x"}}, {}} {
		if res := s.Do("POST", path, form, c); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %d", form, res.StatusCode)
		}
	}
	want := []string{"changed the wishes of: ", "unsubscribed: from everything", "had the link to their preferences sent to: ", "changed the wishes of: ",
		"subscribed again: weekly", "unsubscribed: weekly", "ended the break of: "}
	got := s.inLog(subject)
	if len(got) != len(want)+1 || strings.Join(got[:len(want)], "\n") != strings.Join(want, "\n") || !strings.HasPrefix(got[len(want)], "paused: until 20") {
		t.Errorf("log:\n%s", strings.Join(got, "\n"))
	}
	page := s.Page(path, c)
	lacks(t, page, "rang on Monday", "the desk", "Came back")
	if strings.Contains(page, webtest.Hostile) {
		t.Error("a note is HTML")
	}

	// The file is the one that readers get.
	res = s.Do("POST", path+"/data", nil, c)
	var f struct {
		Reader        struct{ Email string }
		Editions, Log []any
	}
	s.Must(json.NewDecoder(res.Body).Decode(&f))
	if f.Reader.Email != webtest.Ada || len(f.Editions) == 0 || len(f.Log) < 5 || !strings.Contains(res.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("file: %+v", f)
	}
	if got := s.inLog(subject)[0]; got != "downloaded the data of: " {
		t.Errorf("log: %s", got)
	}

	// Erasing is the owner's, and asks first.
	c = s.SignedIn(desktest.Maya)
	lacks(t, s.Page(path+"/erase", c), webtest.Ada, `action="`+path+`/erase"`)
	for range 2 {
		lacks(t, s.Page(s.Leads(path+"/erase", nil, c), c), "The reader is erased.")
	}
	if res := s.Do("GET", path, nil, c); res.StatusCode != http.StatusNotFound {
		t.Errorf("an erased reader: %d", res.StatusCode)
	}
	if got := s.inLog(subject); got[0] != "erased: " || got[1] == got[0] {
		t.Errorf("log: %q", got[:2])
	}
}

// TestExportOfAllReaders: a file that can be imported again.
func TestExportOfAllReaders(t *testing.T) {
	s := newReadersDesk(t)
	res := s.Do("POST", "/desk/readers/export", nil, s.SignedIn(desktest.Maya))
	out := desktest.Text(t, res)
	lacks(t, out, "email,name,", webtest.Ada, webtest.Ben, webtest.Eve, "dates;weekly")
	if kind := res.Header.Get("Content-Type"); kind != "text/csv; charset=utf-8" || strings.Count(out, "\n") != 4 {
		t.Errorf("%s with %d lines", kind, strings.Count(out, "\n"))
	}
	if got := s.inLog("readers"); len(got) != 1 || got[0] != "exported all readers: " {
		t.Errorf("log: %q", got)
	}
	other, err := store.Open(t.Context(), "sqlite::memory:")
	s.Must(err)
	defer other.Close()
	rep, err := (&subscribers.Importer{Store: other, Newsletters: []string{"weekly", "dates"}}).Import(t.Context(), strings.NewReader(out), time.Now(), subscribers.ImportOptions{})
	if s.Must(err); rep.New != 3 {
		t.Errorf("%+v", rep)
	}
}

// TestLookingAtReadersChangesNothing: nor does whatever a GET carries.
func TestLookingAtReadersChangesNothing(t *testing.T) {
	s := newReadersDesk(t)
	c := s.SignedIn(desktest.Maya)
	path := s.upload("x.csv", someFile, c).Header.Get("Location")
	s.settled(path, c)
	reader := readerPath(s.IDs[webtest.Ada], "")
	before := s.State()
	for _, at := range []string{
		"/desk/readers", "/desk/readers?do=export", reader, reader + "?do=leave:&note=x", reader + "/erase", reader + "/data", "/desk/readers/export",
		"/desk/import", path, path + "?do=import&consent=ask", path + "/refused.csv",
	} {
		get, head := s.Do("GET", at, nil, c), s.Do("HEAD", at, nil, c)
		if b := desktest.Text(t, head); b != "" || get.StatusCode != head.StatusCode || get.Header.Get("Content-Type") != head.Header.Get("Content-Type") {
			t.Errorf("HEAD %s: %d with %d bytes; GET says %d", at, head.StatusCode, len(b), get.StatusCode)
		}
		if s.State() != before {
			t.Fatalf("looking at %s changed something", at)
		}
	}
	if in, _ := s.Desk.Imports.find(strings.TrimPrefix(path, "/desk/import/")); in.state != "checked" {
		t.Errorf("the file is %s", in.state)
	}
}

// upload sends a file as the form does.
func (s *deskSite) upload(name, content string, c *http.Cookie, fields ...string) *http.Response {
	s.T.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, f := range fields {
		s.Must(form.WriteField(f, "1"))
	}
	if name != "" {
		part, err := form.CreateFormFile("file", name)
		s.Must(err)
		_, err = io.WriteString(part, content)
		s.Must(err)
	}
	s.Must(form.Close())
	r := httptest.NewRequest("POST", "/desk/import", &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(c)
	rec := httptest.NewRecorder()
	s.H.ServeHTTP(rec, r)
	return rec.Result()
}

// settled waits until nobody works on a file, and returns its page.
func (s *deskSite) settled(path string, c *http.Cookie) string {
	s.T.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		res := s.Do("GET", path, nil, c)
		if res.Header.Get("Refresh") == "" {
			return desktest.Text(s.T, res)
		}
	}
	s.T.Fatalf("%s does not come to an end", path)
	return ""
}

const someFile = "Email,Name,newsletters\nnew@newcomers.example,New,weekly\nbad@@example.com,Bad,weekly\n" + webtest.Ada + ",Ada L.,\n" + webtest.Eve + ",,dates\nodd@gmial.com,Odd,\n"

// TestImportIsCheckedFirst: nothing is saved before somebody decides; a decision
// counts once; and what was left out can be mended.
func TestImportIsCheckedFirst(t *testing.T) {
	s := newReadersDesk(t)
	s.Must(s.DB.Leave(t.Context(), s.IDs[webtest.Eve], "", subscribers.Consent{}, time.Now()))
	c := s.SignedIn(olga)
	before, err := s.DB.Counts(t.Context())
	s.Must(err)
	res := s.upload(`C:\Users\x\readers-may.csv`, someFile, c)
	path := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(path, "/desk/import/") {
		t.Fatalf("%d to %q", res.StatusCode, path)
	}
	page := s.settled(path, c)
	lacks(t, page, "Check of readers-may.csv", "Nothing has been saved yet", "Import 3 readers", "(2 letters)", "One row unsubscribed before. They stay unsubscribed.",
		`<td class="num">3</td>`, "did you mean gmail.com?", "Download all 2 with reasons", "never brings anyone back")
	if after, err := s.DB.Counts(t.Context()); err != nil || fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("a check changed readers: %v, %v", after, err)
	}
	csv := desktest.Text(t, s.Do("GET", path+"/refused.csv", nil, c))
	lacks(t, csv, "Email,Name,newsletters,line,reason", "bad@@example.com", webtest.Eve)

	// The other way wants a word, which is kept.
	res = s.Do("POST", path, url.Values{"do": {"import"}, "consent": {"proof"}, "source": {" "}}, c)
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(desktest.Text(t, res), "Say where and when they agreed.") {
		t.Errorf("without a word: %d", res.StatusCode)
	}
	decision := url.Values{"do": {"import"}, "consent": {"proof"}, "source": {"Signed up at LDX3, June 2026"}}
	for range 3 {
		if to := s.Leads(path, decision, c); to != path {
			t.Errorf("deciding leads to %q", to)
		}
	}
	page = s.settled(path, c)
	lacks(t, page, "The import is done.", "Import of readers-may.csv", "Download all 2 with reasons")
	if strings.Contains(page, `name="do"`) {
		t.Error("it can be decided again")
	}
	r, err := s.DB.ByEmail(t.Context(), "new@newcomers.example")
	s.Must(err)
	if r.Consent != "Signed up at LDX3, June 2026" || r.Status != subscribers.Active {
		t.Errorf("%+v", r)
	}
	s.Leads(path, decision, c) // again, later
	if got := s.inLog("readers"); len(got) != 2 || got[0] != "imported readers: readers-may.csv; 5 rows: 2 new (0 asked first), 1 changed, 0 the same, 2 left out" || got[1] != "began to import readers: readers-may.csv" {
		t.Errorf("log: %q", got)
	}
	lacks(t, s.Page(s.Leads(path, url.Values{"do": {"discard"}}, c), c), "The file is thrown away")
	if left, err := os.ReadDir(s.Desk.Imports.Folder); err != nil || len(left) > 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
	lacks(t, s.Page(s.Do("GET", path, nil, c).Header.Get("Location"), c), "This file is no longer here")
}

// TestImportAsksFirst: new readers come when they confirm.
func TestImportAsksFirst(t *testing.T) {
	s := newReadersDesk(t)
	c := s.SignedIn(olga)
	path := s.upload("a@b.csv", someFile, c, "tags").Header.Get("Location")
	s.settled(path, c)
	s.Leads(path, url.Values{"do": {"import"}, "consent": {"ask"}}, c)
	lacks(t, s.settled(path, c), "To be asked first")
	if _, err := s.DB.ByEmail(t.Context(), "new@newcomers.example"); err == nil {
		t.Error("who was to be asked is a reader already")
	}
	list, err := s.DB.Unconfirmed(t.Context(), "", 10)
	if s.Must(err); len(list) != 2 {
		t.Errorf("%d are asked", len(list))
	}
	if got := s.inLog("readers"); !strings.HasPrefix(got[0], "imported readers: 5 rows: 3 new (2 asked first)") && !strings.HasPrefix(got[0], "imported readers: 5 rows: 2 new (2 asked first)") {
		t.Errorf("log: %q", got)
	}
}

// TestImportOfWhatIsNone: files that cannot be read, too many, none at all.
func TestImportOfWhatIsNone(t *testing.T) {
	s := newReadersDesk(t)
	c := s.SignedIn(olga)
	if res := s.upload("", "", c); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(desktest.Text(t, res), "Choose a file.") {
		t.Errorf("no file: %d", res.StatusCode)
	}
	if res := s.Do("POST", "/desk/import", url.Values{"file": {"x"}}, c); res.StatusCode != http.StatusBadRequest {
		t.Errorf("no multipart: %d", res.StatusCode)
	}
	path := s.upload("empty.csv", "", c).Header.Get("Location")
	lacks(t, s.settled(path, c), "cannot be read", "the file is empty")
	path = s.upload(webtest.Hostile+".csv", "name\n"+webtest.Hostile+"\n", c).Header.Get("Location")
	if page := s.settled(path, c); strings.Contains(page, webtest.Hostile) || !strings.Contains(page, "there is no column email") {
		t.Errorf("%s", page)
	}
	for range mostIntakes {
		path = s.upload("x.csv", "email\nx@newcomers.example\n", c).Header.Get("Location")
	}
	s.settled(path, c)
	if res := s.upload("x.csv", "email\nx@newcomers.example\n", c); res.StatusCode != http.StatusConflict || !strings.Contains(desktest.Text(t, res), "Several files wait") {
		t.Errorf("one too many: %d", res.StatusCode)
	}
	lacks(t, s.Page("/desk/import", c), path, "Nothing has been saved yet")
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
	srv := httptest.NewServer(s.H)
	t.Cleanup(srv.Close)
	b := webtest.NewBrowser(t)
	name := filepath.Join(t.TempDir(), "readers-may.csv")
	s.Must(os.WriteFile(name, []byte(someFile), 0o600))
	link := s.Link(desktest.Maya)
	b.Do(chromedp.Navigate(srv.URL + link))
	b.Press(link)
	b.Do(chromedp.Navigate(srv.URL+"/desk/import"), chromedp.SetUploadFiles("#file", []string{name}))
	if got := b.Press("/desk/import"); got != "Check of readers-may.csv" {
		t.Fatalf("after the upload: %q", got)
	}
	b.Do(chromedp.WaitVisible(`button[value="import"]`), chromedp.SendKeys(`input[value="proof"]`, " "), chromedp.WaitReady(`input[value="proof"]:checked`), chromedp.SendKeys("#source", "A stand in June"))
	if got := b.Leads("h1", chromedp.Click(`button[value="import"]`)); got != "Import of readers-may.csv" {
		t.Fatalf("after the decision: %q", got)
	}
	b.Do(chromedp.WaitVisible(".note.ok"))
	r, err := s.DB.ByEmail(t.Context(), "new@newcomers.example")
	for end := time.Now().Add(30 * time.Second); err != nil && time.Now().Before(end); { // the file is read beside the page
		time.Sleep(20 * time.Millisecond)
		r, err = s.DB.ByEmail(t.Context(), "new@newcomers.example")
	}
	if err != nil {
		words, _ := chromedp.Run(b.Ctx, chromedp.Text("main"))
		t.Fatalf("%v; the page says\n%s", err, words)
	}
	got := b.Leads("h1", chromedp.Navigate(srv.URL+readerPath(r.ID, "")))
	if !strings.HasPrefix(got, "new@newcomers.example") {
		t.Errorf("the reader's page is %q", got)
	}
	if words, err := chromedp.Run(b.Ctx, chromedp.Text("main")); err != nil || !strings.Contains(words, "A stand in June") {
		t.Errorf("the log of consent lacks its words: %v\n%s", err, words)
	}
	for _, complaint := range b.Told() {
		t.Error(complaint)
	}
}
