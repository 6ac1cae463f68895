package subscribers

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// records reads all of a file; a damaged row becomes its message.
func records(t *testing.T, file string) (rows [][]string) {
	t.Helper()
	tab, err := newTable(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for {
		fields, _, err := tab.next()
		if err == io.EOF {
			return rows
		}
		if refused := (*RowError)(nil); errors.As(err, &refused) {
			fields = []string{refused.Error()}
		} else if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, fields)
	}
}

func TestTable(t *testing.T) {
	want := [][]string{{"email", "name"}, {"ada@example.com", "Zoë"}, {"bob@example.com", ""}}
	plain := "email,name\nada@example.com,Zoë\nbob@example.com,\n"
	encode := func(s string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, file := range map[string]string{
		"plain":           plain,
		"CRLF":            strings.ReplaceAll(plain, "\n", "\r\n"),
		"CR":              strings.ReplaceAll(plain, "\n", "\r"),
		"no last newline": strings.TrimSuffix(plain, "\n"),
		"semicolon":       strings.ReplaceAll(plain, ",", ";"),
		"tab":             strings.ReplaceAll(plain, ",", "\t"),
		"sep=":            "sep=;\r\n" + strings.ReplaceAll(plain, ",", ";"),
		"quoted":          "\"email\",\"name\"\n\"ada@example.com\",\"Zoë\"\n\"bob@example.com\",\"\"\n",
		"quoted, spaces":  "\"email\", \"name\"\n\"ada@example.com\" , \"Zoë\" \n\"bob@example.com\",\"\"\n",
		"BOM":             "\ufeff" + plain,
		"Windows-1252":    encode(charmap.Windows1252.NewEncoder().String(plain)),
		"UTF-16LE":        encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)),
		"UTF-16BE":        encode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(plain)),
		"UTF-16LE, bare":  encode(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String(plain)),
		"UTF-16BE, bare":  encode(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(plain)),
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, records(t, file)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A damaged row costs nothing but itself.
func TestTableDamage(t *testing.T) {
	const hint = ` (a quote inside quotes is written twice: "")`
	many := strings.Repeat("x\n", maxRowLines+5)
	for _, c := range []struct {
		name, file string
		want       [][]string
	}{
		{"quotes inside", "a,b\n1,\"say \"\"hi\"\"\"\n2,it\"s\n",
			[][]string{{"a", "b"}, {"1", `say "hi"`}, {"2", `it"s`}}},
		{"newline inside", "a,b\n1,\"two\r\nlines\"\n2,x\n",
			[][]string{{"a", "b"}, {"1", "two\nlines"}, {"2", "x"}}},
		{"quote left open", "a,b\n1,\"open\n2,x\n3,y\n",
			[][]string{{"a", "b"}, {"line 2: a quote is opened and not closed" + hint}, {"2", "x"}, {"3", "y"}}},
		{"quote left open before one", "a,b\n1,\"open\n\"2\",x\n3,y\n",
			[][]string{{"a", "b"}, {"line 2: a quote is opened and not closed" + hint}, {"2", "x"}, {"3", "y"}}},
		{"quote left open, long file", "a\n\"open\n" + many,
			append([][]string{{"a"}, {"line 2: a quote is opened and not closed" + hint}}, slices.Repeat([][]string{{"x"}}, maxRowLines+5)...)},
		{"text after a quote", "a,b\n\"1\"x,2\n3,4\n",
			[][]string{{"a", "b"}, {"line 2: field 1 goes on after its closing quote" + hint}, {"3", "4"}}},
		{"long line", "a\n" + strings.Repeat("x", maxRowBytes+1) + "\n1\n",
			[][]string{{"a"}, {"line 2: the line is longer than 64 KB (is this a CSV file?)"}, {"1"}}},
		{"long line after an open quote", "a\n\"x\n" + strings.Repeat("x", maxRowBytes+1) + "\n1\n",
			[][]string{{"a"}, {"line 2: a quote is opened and not closed" + hint}, {"line 3: the line is longer than 64 KB (is this a CSV file?)"}, {"1"}}},
		{"longest line", "a\n" + strings.Repeat("x", maxRowBytes) + "\n",
			[][]string{{"a"}, {strings.Repeat("x", maxRowBytes)}}},
		{"a field of a megabyte", "a,b\n\"" + strings.Repeat("x", 1<<20) + "\",2\n3,4\n",
			[][]string{{"a", "b"}, {"line 2: the line is longer than 64 KB (is this a CSV file?)"}, {"3", "4"}}},
		{"a field of a megabyte in lines", "a,b\n\"" + strings.Repeat(strings.Repeat("x", 1023)+"\n", 1024) + "\",2\n3,4\n",
			slices.Concat([][]string{{"a", "b"}, {"line 2: a quote is opened and not closed" + hint}},
				slices.Repeat([][]string{{strings.Repeat("x", 1023)}}, 1023), // read as rows of their own, and refused as such
				[][]string{{"line 1026: a quote is opened and not closed" + hint}, {"3", "4"}})},
		{"too many fields", "a\n" + strings.Repeat(",", maxFields) + "\n1\n",
			[][]string{{"a"}, {"line 2: more than 200 fields"}, {"1"}}},
		{"broken UTF-8", "a\nZoë\nZo\xeb\nx\n",
			[][]string{{"a"}, {"Zoë"}, {"line 3: field 1 is not UTF-8, although the file is (save the file as UTF-8)"}, {"x"}}},
		{"empty lines", "a\n\n\n1\n",
			[][]string{{"a"}, {""}, {""}, {"1"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, records(t, c.file)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// MailPoet writes \" where others write "".
func TestTableSlash(t *testing.T) {
	const file = `a,b
"say \"hi\"",\"
"\"","\\"
"open\",2
"back\slash",x
`
	tab, err := newTable(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	tab.slash = true
	var got [][]string
	for {
		fields, _, err := tab.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			fields = []string{err.Error()}
		}
		got = append(got, fields)
	}
	want := [][]string{
		{"a", "b"}, {`say "hi"`, `\"`}, {"line 3: a quote is opened and not closed (a quote inside quotes is written twice: \"\")"},
		{"line 4: a quote is opened and not closed (a quote inside quotes is written twice: \"\")"}, {`back\slash`, "x"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What encoding/csv writes is read as it was.
func FuzzTable(f *testing.F) {
	f.Add("a", "b\nc", "d\"e", byte(','))
	f.Add("", " x", "\r\n", byte(';'))
	f.Add("\"", "sep=;", "\ufeff", byte('\t'))
	f.Fuzz(func(t *testing.T, a, b, c string, comma byte) {
		all := a + b + c
		if !strings.ContainsRune(",;\t", rune(comma)) || !utf8.ValidString(a) || !utf8.ValidString(b) || !utf8.ValidString(c) || len(all) > 1000 || strings.Count(all, "\n")+strings.Count(all, "\r") > maxRowLines {
			return
		}
		var out strings.Builder
		w := csv.NewWriter(&out)
		w.Comma = rune(comma)
		w.Write([]string{"email", "name", "topics"})
		w.Write([]string{a, b, c})
		w.Flush()
		newlines := strings.NewReplacer("\r\n", "\n", "\r", "\n")
		want := [][]string{{"email", "name", "topics"}, {newlines.Replace(a), newlines.Replace(b), newlines.Replace(c)}}
		if diff := cmp.Diff(want, records(t, out.String())); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// Nothing a stranger writes makes the reader panic, stop early or report a
// row twice.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		"email,name\nada@example.com,Ada\n", "email\n\"\n", "sep=;\nemail;name\n;;\n", "\xff\xfee\x00", "email,email\n",
		"email,newsletters\nada@example.com,weekly;events:left\n", "email,timezone\na@b.cc,../etc\n", "\xef\xbb\xbfemail\r\na@b.cc\r\rb@b.cc",
		"email,language,status\na@b.cc,de-1996-x-y,ACTIVE\n", "email,name\na@b.cc,'=1\n",
		"email,since,paused_until,consent,newsletters\na@b.cc,2026-11-24,soon,\"a\nb\",:none;weekly:since=2026-01-01:left=2026-11-24T00:00:00.1Z\n",
		"Email Address,LEID,LAST_CHANGED,TIMEZONE,TAGS,UNSUB_TIME\na@b.cc,1,2,europe/london,\"\"\"x\"\"\",2026-01-01 00:00:00\n",
		"email,subscribed_to_emails,complimentary_plan,deleted_at,labels\na@b.cc,true,,,\"a,b\"\n",
		"email_address,creation_date,type,metadata,tags\na@b.cc,2026-01-01,regular,\"{\"\"name\"\":[1]}\",\"[\"\"x\"\"]\"\n",
		"\"Email\",\"List status\",\"Global status\",\"List\"\n\"a@b.cc\",\"subscribed\",\"bounced\",\"a \\\"b\\\"\"\n",
		"e\x00m\x00a\x00i\x00l\x00\n\x00a\x00@\x00b\x00.\x00c\x00c\x00", "email,name\na@b.cc,\x00\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		im := &Importer{Newsletters: []string{"weekly", "events"}, File: "cleaned_members.csv", Topic: strings.ToLower}
		in, err := im.open(strings.NewReader(string(file)))
		if err != nil {
			return
		}
		mend, err := NewRefusedWriter(io.Discard, in.Mapping, in.header)
		if err != nil {
			t.Fatal(err)
		}
		last := 0
		keys := map[string]bool{}
		for row, err := range in.Rows() {
			line := row.Line
			if refused := (*RowError)(nil); errors.As(err, &refused) {
				line = refused.Line
				if err := mend.Write(refused, in.Raw()); err != nil {
					t.Fatal(err)
				}
			} else if err != nil {
				t.Fatalf("reading memory: %v", err)
			} else {
				key := AddressKey(row.Email)
				if keys[key] {
					t.Fatalf("%s twice", row.Email)
				}
				keys[key] = true
				if len(row.Newsletters)+len(row.Left) == 0 && !strings.Contains(string(file), "none") {
					t.Fatalf("line %d is for no newsletter", line)
				}
				if in.Mapping.Every != "" && graver(in.Mapping.Every, row.Status) {
					t.Fatalf("line %d is %q in a file of %q", line, row.Status, in.Mapping.Every)
				}
			}
			if line <= last {
				t.Fatalf("line %d after line %d", line, last)
			}
			last = line
		}
	})
}
