package subscribers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// memory is an ImportStore that holds readers in memory and keeps its promises.
type memory struct {
	t          interface{ Errorf(string, ...any) }
	readers    map[string]*Entry // by AddressKey
	suppressed map[string]string
	batches    int
	err        error
}

func newMemory(t interface{ Errorf(string, ...any) }) *memory {
	return &memory{t: t, readers: map[string]*Entry{}, suppressed: map[string]string{}}
}

func (m *memory) Import(_ context.Context, rows []ImportRow, now time.Time, dryRun bool) ([]ImportResult, error) {
	if m.batches++; m.err != nil {
		return nil, m.err
	}
	if len(rows) > ImportBatch {
		m.t.Errorf("a batch of %d rows", len(rows))
	}
	var results []ImportResult
	keys := map[string]bool{}
	for _, row := range rows {
		key := AddressKey(row.Email)
		if keys[key] {
			m.t.Errorf("line %d: the address is in this batch already", row.Line)
		}
		keys[key] = true
		old := m.readers[key]
		if old == nil {
			old = &Entry{}
		}
		who := &old.Subscriber
		if who.ID == 0 {
			who = nil
		}
		d := Merge(who, old.Subscriptions, row, m.suppressed[key], now)
		res := ImportResult{Line: row.Line, Fate: d.Fate, Why: d.Why, Stays: d.Stays}
		if !dryRun && (d.Fate == New || d.Fate == Changed) {
			res.ID = m.apply(key, old, d, now)
		}
		results = append(results, res)
	}
	return results, nil
}

func (m *memory) apply(key string, old *Entry, d Decision, now time.Time) int64 {
	e := &Entry{d.Subscriber, slices.Clone(old.Subscriptions)}
	if e.Subscriber.ID == 0 {
		e.Subscriber.ID = int64(len(m.readers) + 1)
	}
	for _, n := range d.Subscribe {
		e.Subscriptions = append(e.Subscriptions, Subscription{Subscriber: e.Subscriber.ID, Newsletter: n, Since: d.BeganAt(n, now)})
	}
	for _, n := range d.Leave {
		i := slices.IndexFunc(e.Subscriptions, func(s Subscription) bool { return s.Newsletter == n })
		if i < 0 {
			i = len(e.Subscriptions)
			e.Subscriptions = append(e.Subscriptions, Subscription{Subscriber: e.Subscriber.ID, Newsletter: n, Since: d.BeganAt(n, now)})
		}
		e.Subscriptions[i].Left = d.EndedAt(n, now)
	}
	if d.Suppress != "" {
		m.suppressed[key] = d.Suppress
	}
	slices.SortFunc(e.Subscriptions, func(a, b Subscription) int { return cmp.Compare(a.Newsletter, b.Newsletter) })
	m.readers[key] = e
	return e.Subscriber.ID
}

// all returns the readers by number.
func (m *memory) all() iter.Seq2[Entry, error] {
	entries := slices.SortedFunc(maps.Values(m.readers), func(a, b *Entry) int { return cmp.Compare(a.Subscriber.ID, b.Subscriber.ID) })
	return func(yield func(Entry, error) bool) {
		for _, e := range entries {
			if !yield(*e, nil) {
				return
			}
		}
	}
}

func importer(m *memory) *Importer {
	return &Importer{Store: m, Newsletters: []string{"weekly", "events"}}
}

func TestImport(t *testing.T) {
	const file = `Name,EMAIL,Topics,cities,newsletters,timezone,language,status,Shoe size
Ada,ada@example.com,go; ai ;go,London;New York,weekly,Europe/London,en,active,38
"Bob ""B""
Builder",bob@Bücher.example,,,,,de_DE,,
Cy,cy@example.com,,,weekly;events:left,,,PENDING,
Di,di@example.com,,,weekly,,,unsubscribed,

Ada again,Ada@Example.com,,,,,,,
Eve,eve,,,,,,,
Flo,flo@example.com,,,wekly,,,,
Gus,gus@example.com,,,,Europe/Londn,,,
Hal,hal@example.com,,,,,english,,
Ivy,ivy@example.com,,,,,,subscribed,
Jo,jo@example.com,,,,,,,,,extra
,,,,,,,,
Kim
'=Lee,'+lee@example.com
`
	m := newMemory(t)
	rep, err := importer(m).Import(t.Context(), strings.NewReader(file), noon, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := &ImportReport{Rows: 13, New: 5, Refused: 8, Encoding: "UTF-8", Stay: map[string]int{}, Ignored: []string{"Shoe size"}, Notes: []*RowError{}, Refusals: []*RowError{
		{8, "email", "the same address as in line 2", "the first one counts"},
		{9, "email", "there is no @", "write it like ada@example.com"},
		{10, "newsletters", `there is no newsletter "wekly"`, "there is: weekly, events"},
		{11, "timezone", `"Europe/Londn" is not a time zone`, "like Europe/London or UTC"},
		{12, "language", `"english" is not a language`, "like en, de or pt-BR"},
		{13, "status", `"subscribed" is not a status`, "pending, active, unsubscribed, bounced or complained; empty is active"},
		{14, "", "there are 11 fields, but 9 columns", "a field with a separator in it stands in quotes"},
		{16, "email", "there is no address", ""},
	}}
	if diff := gocmp.Diff(want, rep, cmpopts.IgnoreFields(ImportReport{}, "Mapping", "First")); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	sub := func(id int64, name string) Subscription {
		return Subscription{Subscriber: id, Newsletter: name, Since: noon}
	}
	left := func(id int64, name string) Subscription {
		return Subscription{Subscriber: id, Newsletter: name, Since: noon, Left: noon}
	}
	wantReaders := []Entry{
		{Subscriber{ID: 1, Email: "ada@example.com", Name: "Ada", Topics: []string{"ai", "go"}, Cities: []string{"London", "New York"}, Timezone: "Europe/London", Language: "en", Status: Active, Since: noon, Consent: NoConsent}, []Subscription{sub(1, "weekly")}},
		{Subscriber{ID: 2, Email: "bob@xn--bcher-kva.example", Name: `Bob "B" Builder`, Language: "de-DE", Status: Active, Since: noon, Consent: NoConsent}, []Subscription{sub(2, "events"), sub(2, "weekly")}},
		{Subscriber{ID: 3, Email: "cy@example.com", Name: "Cy", Status: Pending, Since: noon, Consent: NoConsent}, []Subscription{left(3, "events"), sub(3, "weekly")}},
		{Subscriber{ID: 4, Email: "di@example.com", Name: "Di", Status: Left, Since: noon, Consent: NoConsent}, []Subscription{left(4, "weekly")}},
		{Subscriber{ID: 5, Email: "+lee@example.com", Name: "=Lee", Status: Active, Since: noon, Consent: NoConsent}, []Subscription{sub(5, "events"), sub(5, "weekly")}},
	}
	var got []Entry
	for e := range m.all() {
		got = append(got, e)
	}
	if diff := gocmp.Diff(wantReaders, got); diff != "" {
		t.Errorf("readers (-want +got):\n%s", diff)
	}

	again, err := importer(m).Import(t.Context(), strings.NewReader(file), noon.Add(time.Hour), ImportOptions{})
	if err != nil || again.Same != 5 || again.Refused != 8 || again.New+again.Changed != 0 {
		t.Errorf("the same file again: %+v, %v", again, err)
	}
}

func TestAdd(t *testing.T) {
	m := newMemory(t)
	im := &Importer{Store: m, Newsletters: []string{"weekly"}, Consent: "asked us at the fair"}
	rep, err := im.Add(t.Context(), []string{"ada@example.com", "bob", "ADA@example.com", "cy@example.com\nstatus", "di@example.com"}, noon, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := &ImportReport{Rows: 5, New: 2, Refused: 3, Encoding: "UTF-8", Stay: map[string]int{}, Ignored: []string{}, Notes: []*RowError{}, Refusals: []*RowError{
		{2, "email", "there is no @", "write it like ada@example.com"},
		{3, "email", "the same address as in line 1", "the first one counts"},
		{4, "email", "there is a space in it", "an address has none"},
	}}
	if diff := gocmp.Diff(want, rep, cmpopts.IgnoreFields(ImportReport{}, "Mapping", "First")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if e := m.readers["ada@example.com"]; e == nil || e.Subscriber.Consent != "asked us at the fair" || len(e.Subscriptions) != 1 {
		t.Errorf("ada is %+v", e)
	}
}

// The readers of the first run are all taken.
func TestExampleReaders(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "examples", "lead", "readers.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m := newMemory(t)
	rep, err := (&Importer{Store: m, Newsletters: []string{"weekly"}}).Import(t.Context(), f, noon, ImportOptions{})
	if err != nil || rep.New == 0 || rep.New != rep.Rows || len(rep.Ignored) > 0 {
		t.Errorf("%+v, %v", rep, err)
	}
}

func TestImportHeader(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"", "import: line 1: the file is empty (its first line names the columns: email,name,topics,cities,newsletters,timezone,language,status)"},
		{"ada@example.com\nbob@example.com\n", "import: line 1: there is no column email (the first line is a reader already; put a line above it that names the columns, like email or email,name)"},
		{"name,address\n", "import: line 1: there is no column email (the first line names the columns: email,name,topics,cities,newsletters,timezone,language,status)"},
		{"email,name,Email\n", "import: line 1: email: there are two columns of this name"},
		{"\"email\n", "import: header: line 1: a quote is opened and not closed (a quote inside quotes is written twice: \"\")"},
	} {
		_, err := importer(newMemory(t)).Import(t.Context(), strings.NewReader(c.file), noon, ImportOptions{})
		if err == nil || err.Error() != c.want {
			t.Errorf("%q: %v\nwant %s", c.file, err, c.want)
		}
	}
}

// tenThousand writes a file of n readers.
func tenThousand(n int) string {
	var b strings.Builder
	b.WriteString("email,name,topics,cities,timezone\n")
	for i := range n {
		fmt.Fprintf(&b, "reader%d@example.com,\"Reader, %d\",go;ai,London,Europe/London\n", i, i)
	}
	return b.String()
}

func TestImportMany(t *testing.T) {
	m := newMemory(t)
	file := tenThousand(10_000) + "reader9999@example.com\nnobody\n"
	var told []int
	opt := ImportOptions{Progress: func(r *ImportReport) { told = append(told, r.Rows) }, DryRun: true}
	rep, err := importer(m).Import(t.Context(), strings.NewReader(file), noon, opt)
	if err != nil || rep.New != 10_000 || rep.Refused != 2 || rep.Rows != 10_002 {
		t.Fatalf("dry run: %+v, %v", rep, err)
	}
	if len(m.readers) != 0 {
		t.Errorf("a dry run wrote %d readers", len(m.readers))
	}
	if m.batches != 20 || len(told) != 21 || !slices.IsSorted(told) {
		t.Errorf("%d batches, progress %v", m.batches, told)
	}
	refused := 0
	rep, err = importer(m).Import(t.Context(), strings.NewReader(file), noon, ImportOptions{Refused: func(*RowError, []string) { refused++ }})
	if err != nil || rep.New != 10_000 || len(m.readers) != 10_000 || refused != 2 {
		t.Fatalf("import: %+v, %v, %d readers, %d refused", rep, err, len(m.readers), refused)
	}
	rep, err = importer(m).Import(t.Context(), strings.NewReader(file), noon, ImportOptions{})
	if err != nil || rep.Same != 10_000 || rep.New+rep.Changed != 0 {
		t.Fatalf("again: %+v, %v", rep, err)
	}
}

func TestImportNeverRevives(t *testing.T) {
	m := newMemory(t)
	run := func(file string) *ImportReport {
		t.Helper()
		rep, err := importer(m).Import(t.Context(), strings.NewReader(file), noon, ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
	run("email,status\nleft@example.com,unsubscribed\npending@example.com,pending\nbounced@example.com,bounced\n")
	m.suppressed["erased@example.com"] = Erased
	rep := run("email,status\nLeft@example.com,active\npending@example.com,\nbounced@example.com,active\nerased@example.com,\n")
	if rep.Refused != 4 || rep.New+rep.Changed+rep.Same != 0 {
		t.Errorf("%+v", rep)
	}
	for key, e := range m.readers {
		if e.Subscriber.Status == Active {
			t.Errorf("%s is active", key)
		}
	}
}

func TestImportErrors(t *testing.T) {
	full := errors.New("disk full")
	m := newMemory(t)
	m.err = full
	if _, err := importer(m).Import(t.Context(), strings.NewReader(tenThousand(3)), noon, ImportOptions{}); !errors.Is(err, full) || !strings.Contains(err.Error(), "lines 2 to 4") {
		t.Errorf("an error of the store gives %v", err)
	}
	broken := io.MultiReader(strings.NewReader(tenThousand(700)), iotest.ErrReader(io.ErrUnexpectedEOF))
	m = newMemory(t)
	rep, err := importer(m).Import(t.Context(), broken, noon, ImportOptions{})
	if !errors.Is(err, io.ErrUnexpectedEOF) || rep.New != ImportBatch || len(m.readers) != ImportBatch {
		t.Errorf("a broken file gives %+v, %v", rep, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := importer(newMemory(t)).Import(ctx, strings.NewReader("email\n"), noon, ImportOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, but: %v", err)
	}
}

func BenchmarkReader(b *testing.B) {
	file := tenThousand(10_000)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		in, err := NewReader(strings.NewReader(file), []string{"weekly"})
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range in.Rows() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// A slip in a domain is a question, never a refusal, and tells no address.
func TestImportAsksAboutSlips(t *testing.T) {
	im := &Importer{Store: newMemory(t), Newsletters: []string{"weekly"}}
	rep, err := im.Import(t.Context(), strings.NewReader("email\nada@gmial.com\nbo@gmail.com\n"), noon, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []*RowError{{Line: 2, Column: "email", Reason: "the domain looks like a slip", Hint: "did you mean gmail.com?"}}
	if diff := gocmp.Diff(want, rep.Notes); diff != "" || rep.New != 2 {
		t.Errorf("%d new, notes (-want +got):\n%s", rep.New, diff)
	}
}

// Interrupted between batches, an import has told what it did; the same file
// again goes on.
func TestImportGoesOn(t *testing.T) {
	m := newMemory(t)
	ctx, cancel := context.WithCancel(t.Context())
	rep, err := importer(m).Import(ctx, strings.NewReader(tenThousand(2*ImportBatch+1)), noon, ImportOptions{Progress: func(*ImportReport) { cancel() }})
	if !errors.Is(err, context.Canceled) || rep.New != ImportBatch || rep.Rows != ImportBatch || len(m.readers) != ImportBatch {
		t.Fatalf("interrupted: %+v, %v, %d readers", rep, err, len(m.readers))
	}
	ctx, cancel = context.WithCancel(t.Context())
	im := importer(m)
	im.Store = torn{cancel}
	if rep, err := im.Import(ctx, strings.NewReader(tenThousand(1)), noon, ImportOptions{}); !errors.Is(err, context.Canceled) || rep.Rows > 0 {
		t.Errorf("interrupted while it writes: %+v, %v", rep, err)
	}
	rep, err = importer(m).Import(t.Context(), strings.NewReader(tenThousand(2*ImportBatch+1)), noon.Add(time.Hour), ImportOptions{})
	if err != nil || rep.Same != ImportBatch || rep.New != ImportBatch+1 || rep.Changed+rep.Refused != 0 {
		t.Errorf("again: %+v, %v", rep, err)
	}
}

// torn is a store that is interrupted at work, and says so in its own words.
type torn struct{ interrupt func() }

func (s torn) Import(context.Context, []ImportRow, time.Time, bool) ([]ImportResult, error) {
	s.interrupt()
	return nil, errors.New("rows are closed")
}

// What a page needs to ask whether to go on.
func TestCheck(t *testing.T) {
	m := newMemory(t)
	if _, err := importer(m).Import(t.Context(), strings.NewReader("email,status\nleft@example.com,unsubscribed\nbounced@example.com,bounced\nada@example.com,\n"), noon, ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	m.suppressed["erased@example.com"] = Erased
	im := importer(m)
	im.Consent, im.File = "at the fair", "readers.csv"
	file := "E-Mail;Surname;Shoe\nLeft@example.com;;\nbounced@example.com;;\nerased@example.com;;\nada@example.com;Lovelace;38\nnobody;;\n" +
		"bo@example.com;M\xfcller;\nr1@example.com;;\nr2@example.com;;\nr3@example.com;;\nr4@example.com;;\nr5@example.com;;\n"
	rep, err := im.Check(t.Context(), strings.NewReader(file), noon)
	if err != nil {
		t.Fatal(err)
	}
	want := &ImportReport{
		DryRun: true, Encoding: "Windows-1252", Rows: 11, New: 6, Changed: 1, Refused: 4,
		Mapping: Mapping{Used: []Column{{"E-Mail", "email"}, {"Surname", "last name"}}, Unused: []string{"Shoe"}},
		Stay:    map[string]int{"unsubscribed": 1, "bounced": 1, "erased": 1},
		Ignored: []string{"Shoe"}, Notes: []*RowError{},
	}
	if diff := gocmp.Diff(want, rep, cmpopts.IgnoreFields(ImportReport{}, "First", "Refusals")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(rep.Refusals) != 4 || len(rep.First) != MaxFirst {
		t.Errorf("%d refusals, the first %d rows", len(rep.Refusals), len(rep.First))
	}
	first := ImportRow{Line: 7, Email: "bo@example.com", Name: "Müller", Newsletters: []string{"weekly", "events"}, Unstated: true, Consent: "at the fair", File: "readers.csv"}
	if diff := gocmp.Diff(first, rep.First[4]); diff != "" {
		t.Errorf("a row (-want +got):\n%s", diff)
	}
	if len(m.readers) != 3 {
		t.Errorf("a check wrote: %d readers", len(m.readers))
	}
}

// asker notes who is asked.
type asker struct {
	asked []Request
	err   error
}

func (a *asker) Ask(_ context.Context, r Request, _ time.Time) (int64, error) {
	a.asked = append(a.asked, r)
	return int64(len(a.asked)), a.err
}

// With an Asker nobody comes by our word, and nobody who left is asked.
func TestImportAsks(t *testing.T) {
	m := newMemory(t)
	if _, err := importer(m).Import(t.Context(), strings.NewReader("email,status\nleft@example.com,unsubscribed\nwaits@example.com,pending\nada@example.com,\n"), noon, ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	const file = "email,name,status,newsletters,topics\nleft@example.com,,,,\nwaits@example.com,,,,\nada@example.com,Ada,,,\nbo@example.com,Bo,active,weekly,go\n" +
		"cy@example.com,,unsubscribed,,\ndi@example.com,,pending,,\ned@example.com,,,:none,\n"
	im := importer(m)
	im.Consent, im.File = "at the fair", "fair.csv"
	a := &asker{}
	im.Asker = a
	dry, err := im.Check(t.Context(), strings.NewReader(file), noon)
	if err != nil || len(a.asked) > 0 || len(m.readers) != 3 {
		t.Fatalf("a check: %v, %d asked, %d readers", err, len(a.asked), len(m.readers))
	}
	rep, err := im.Import(t.Context(), strings.NewReader(file), noon, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*ImportReport{"check": dry, "import": rep} {
		if r.Rows != 7 || r.New != 5 || r.Asked != 3 || r.Changed != 1 || r.Refused != 1 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	proof := Consent{Act: ActImported, Way: "import fair.csv", Text: "at the fair"}
	want := []Request{
		{Kind: SignUp, Email: "waits@example.com", Newsletters: []string{"weekly", "events"}, Consent: proof},
		{Kind: SignUp, Email: "bo@example.com", Name: "Bo", Newsletters: []string{"weekly"}, Topics: []string{"go"}, Consent: proof},
		{Kind: SignUp, Email: "di@example.com", Newsletters: []string{"weekly", "events"}, Consent: proof},
	}
	if diff := gocmp.Diff(want, a.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if m.readers["bo@example.com"] != nil || m.readers["cy@example.com"].Subscriber.Status != Left || m.readers["ada@example.com"].Subscriber.Name != "Ada" {
		t.Errorf("readers: %+v", m.readers)
	}
	a.err = errors.New("disk full")
	if _, err := im.Import(t.Context(), strings.NewReader(file), noon, ImportOptions{}); !errors.Is(err, a.err) {
		t.Errorf("an error of the asker gives %v", err)
	}
}

// The refused rows of a file, mended, are imported as they would have been.
func TestRefusedRows(t *testing.T) {
	const file = "Email Address,First Name,LEID,LAST_CHANGED\nada@@example.com,'=Ada,1,2024-04-04 04:04:04\n\"bo@example.com,Bo,2,2024-04-04 04:04:04\ncy@example.com,Cy,3,\n"
	m := newMemory(t)
	im := importer(m)
	im.File = "unsubscribed_members_export_1.csv"
	var out strings.Builder
	var mend *RefusedWriter
	opt := ImportOptions{
		Opened: func(mapping Mapping, header []string) (err error) {
			mend, err = NewRefusedWriter(&out, mapping, header)
			return err
		},
		Refused: func(e *RowError, raw []string) {
			if err := mend.Write(e, raw); err != nil {
				t.Error(err)
			}
		},
	}
	rep, err := im.Import(t.Context(), strings.NewReader(file), noon, opt)
	if err != nil || rep.New != 1 || rep.Refused != 2 {
		t.Fatalf("%+v, %v", rep, err)
	}
	if err := mend.Flush(); err != nil {
		t.Fatal(err)
	}
	want := "Email Address,First Name,LEID,LAST_CHANGED,UNSUB_TIME,line,reason\n" +
		"ada@@example.com,'=Ada,1,2024-04-04 04:04:04,,2,Email Address: there is more than one @ (one address at a time)\n" +
		",,,,,3,\"a quote is opened and not closed (a quote inside quotes is written twice: \"\"\"\")\"\n"
	if diff := gocmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// Under any name it is still a file of people who left.
	im.File = "mended.csv"
	rep, err = im.Import(t.Context(), strings.NewReader(strings.Replace(out.String(), "@@", "@", 1)), noon, ImportOptions{})
	if err != nil || rep.New != 1 || rep.Refused != 1 {
		t.Fatalf("%+v, %v", rep, err)
	}
	if ada := m.readers["ada@example.com"]; ada.Subscriber.Status != Left || ada.Subscriber.Name != "=Ada" {
		t.Errorf("%+v", ada)
	}
}
