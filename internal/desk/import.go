package desk

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/standfirst/standfirst/internal/editors"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/internal/web"
	"github.com/standfirst/standfirst/subscribers"
	"github.com/standfirst/standfirst/templates"
)

const (
	// uploadTime is how long a file may take to come.
	uploadTime = 15 * time.Minute
	// largestUpload is the most bytes that are read of a request, to tell a
	// browser that its file is too large: it does not listen before it has sent
	// all of it.
	largestUpload = 1 << 30
	// shownRows is how many refused rows a page lists.
	shownRows = 100
)

// askForFile shows the form for a file of readers, and the files under way.
func (d *Desk) askForFile(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	return d.showImports(w, r, visit, http.StatusOK, "")
}

func (d *Desk) showImports(w http.ResponseWriter, r *http.Request, visit *editors.Visit, code int, wrong string) error {
	l := d.Locale()
	p := &templates.DeskImportsPage{
		DeskFrame: d.importFrame(r, visit, l.Message("desk.import.title")), Action: "/desk/import",
		Size: strconv.Itoa(largestImport >> 20), Wrong: wrong,
	}
	for _, in := range d.Imports.list() {
		text := l.Message("desk.import.nothing_saved")
		switch in.state {
		case templates.ImportWaits:
			text = l.Message("desk.import.waiting")
		case templates.ImportChecking:
			text = l.Message("desk.import.checking")
		case templates.ImportImporting:
			text = l.Message("desk.import.importing")
		case templates.ImportDone:
			text = l.Message("desk.import.imported")
		case templates.ImportFailed:
			text = l.Message("desk.import.unreadable", "why", whyOf(in.why))
		}
		p.Open = append(p.Open, templates.Link{Label: in.name, URL: importPath(in.id, ""), Text: d.moment(l, in.touched) + " · " + text})
	}
	return d.Private(w, r, code, p)
}

// importFrame is the frame of a page that belongs to the readers'.
func (d *Desk) importFrame(r *http.Request, visit *editors.Visit, title string) templates.DeskFrame {
	f := d.frame(r, visit, title)
	for i := range f.Menu {
		f.Menu[i].Current = f.Menu[i].URL == "/desk/readers"
	}
	return f
}

// importPath is the address of a file on its way in, and of what lies below it.
func importPath(id, below string) string { return "/desk/import/" + id + below }

// takeFile reads a file of readers and has it checked. Nothing of it is saved
// among the readers.
func (d *Desk) takeFile(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	l, im := d.Locale(), d.Imports
	patient := http.NewResponseController(w)
	_ = patient.SetReadDeadline(time.Now().Add(uploadTime)) // where they cannot be set there are none
	_ = patient.SetWriteDeadline(time.Now().Add(uploadTime + time.Minute))
	r.Body = http.MaxBytesReader(w, r.Body, largestUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return fmt.Errorf("upload: %w", web.Status(http.StatusBadRequest))
	}
	in := &intake{by: who(visit)}
	err = d.upload(parts, in)
	if err == nil && in.path == "" {
		return d.showImports(w, r, visit, http.StatusUnprocessableEntity, l.Message("desk.import.no_file"))
	}
	if err == nil {
		if err = im.take(in, time.Now()); err != nil {
			_ = os.Remove(in.path) // else tidy does
		}
	}
	size := strconv.Itoa(largestImport >> 20)
	switch {
	case errors.Is(err, errTooLarge):
		return d.showImports(w, r, visit, http.StatusRequestEntityTooLarge, l.Message("desk.import.too_large", "size", size))
	case errors.Is(err, errIntakes):
		return d.showImports(w, r, visit, http.StatusConflict, l.Message("desk.import.too_many"))
	case err != nil:
		return err
	}
	return seeOther(w, r, importPath(in.id, ""))
}

// upload reads the parts of the form into an intake.
func (d *Desk) upload(parts *multipart.Reader, in *intake) error {
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadableUpload(err)
		}
		switch {
		case part.FormName() == "tags":
			in.tags = true
		case part.FormName() == "file" && part.FileName() != "" && in.path == "":
			in.name = web.OneLine(path.Base(strings.ReplaceAll(part.FileName(), `\`, "/")), longestSearch)
			in.path, in.size, err = d.Imports.receive(part)
			if err == nil {
				continue
			}
			if _, drained := io.Copy(io.Discard, part); errors.Is(err, errTooLarge) || drained == nil {
				return err
			}
			return unreadableUpload(err)
		}
	}
}

// unreadableUpload is the status of a form that ends too early, or never.
func unreadableUpload(err error) error {
	if web.CodeOf(err) == http.StatusRequestEntityTooLarge {
		return errTooLarge
	}
	return fmt.Errorf("upload: %w", web.Status(http.StatusBadRequest))
}

// importPage shows how far a file is: what it would do, and then what it did.
func (d *Desk) importPage(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	in, ok := d.Imports.find(r.PathValue("id"))
	if !ok {
		return seeOther(w, r, "/desk/import?done=import_gone")
	}
	return d.showImport(w, r, visit, &in, http.StatusOK, nil)
}

// showImport is importPage after a decision, too: change says what was wrong
// with it.
func (d *Desk) showImport(w http.ResponseWriter, r *http.Request, visit *editors.Visit, in *intake, code int, change func(*templates.DeskImportPage)) error {
	l := d.Locale()
	p := &templates.DeskImportPage{State: in.state, Again: "/desk/import", Heading: l.Message("desk.import.check_of", "file", in.name)}
	if in.state == templates.ImportImporting || in.state == templates.ImportDone {
		p.Heading = l.Message("desk.import.import_of", "file", in.name)
	}
	p.DeskFrame = d.importFrame(r, visit, p.Heading)
	if in.busy() {
		p.Refresh, p.Rows = importPath(in.id, ""), l.Message("desk.import.rows_so_far", "n", in.rows)
		if in.size > 0 && in.state != templates.ImportWaits {
			p.Done = strconv.FormatInt(min(in.read*100/in.size, 100), 10)
		}
		w.Header().Set("Refresh", "3") // with and without scripts; it ends when there is something to read
		return d.Private(w, r, code, p)
	}
	if in.why != nil {
		p.Why = whyOf(in.why)
	}
	if in.state != templates.ImportFailed {
		d.tellImport(l, in, p)
	}
	if change != nil {
		change(p)
	}
	return d.Private(w, r, code, p)
}

// whyOf says what ended an import to an editor: what is wrong with the file, in
// the words of the program, and no more of what happened inside.
func whyOf(err error) string {
	if told := (*subscribers.RowError)(nil); errors.As(err, &told) {
		return told.Error()
	}
	return "internal error; the log of the server says more"
}

// tellImport fills in what a file would do, or did.
func (d *Desk) tellImport(l *i18n.Locale, in *intake, p *templates.DeskImportPage) {
	rep := in.report
	count := func(key string, n int) {
		p.Counts = append(p.Counts, templates.DeskFact{Label: l.Message(key), Value: l.Number(n)})
	}
	count("desk.import.rows", rep.Rows)
	count("desk.import.new", rep.New)
	if in.state == templates.ImportDone && in.ask {
		count("desk.import.asked", rep.Asked)
	}
	count("desk.import.changed", rep.Changed)
	count("desk.import.same", rep.Same)
	count("desk.import.refused", rep.Refused)
	for _, why := range []string{string(subscribers.Left), string(subscribers.Bounced), string(subscribers.Complained), string(subscribers.Pending), subscribers.Erased} {
		if n := rep.Stay[why]; n > 0 {
			p.Stays = append(p.Stays, l.Message("desk.import.stay_"+why, "n", n))
		}
	}
	m := rep.Mapping
	if m.Product != "" {
		p.Product = l.Message("desk.import.read_as", "product", m.Product)
	}
	if m.Every != "" {
		p.Cautions = append(p.Cautions, l.Message("desk.import.every", "status", word(l, "desk.found.state_", string(m.Every)), "why", m.Because))
	}
	if m.Caution != "" {
		p.Cautions = append(p.Cautions, m.Caution)
	}
	if rep.Encoding == "Windows-1252" {
		p.Cautions = append(p.Cautions, l.Message("desk.import.encoding"))
	}
	p.Unused = m.Unused
	for _, c := range m.Used {
		if m.Product == "" && strings.EqualFold(c.Header, c.As) {
			continue // who writes our columns knows what they are
		}
		p.Columns = append(p.Columns, templates.DeskFact{Label: c.Header, Value: c.As})
	}
	if in.state == templates.ImportChecked {
		for i := range rep.First {
			p.First = append(p.First, d.rowAsUnderstood(l, &rep.First[i]))
		}
	}
	p.Refused = refusals(l, rep.Refusals)
	p.Notes = refusals(l, rep.Notes)
	if rep.Refused > 0 {
		p.Download, p.Label = importPath(in.id, "/refused.csv"), l.Message("desk.import.download", "n", rep.Refused)
	}
	if rep.Refused > len(p.Refused) {
		p.Some = l.Message("desk.import.left_out_some", "n", len(p.Refused))
	}
	if in.state == templates.ImportChecked {
		p.Action = importPath(in.id, "")
		p.Ask = l.Message("desk.import.ask", "n", rep.Asked)
		if n := rep.New + rep.Changed; n > 0 {
			p.Button = l.Message("desk.import.button", "n", n)
		}
	}
}

func (d *Desk) rowAsUnderstood(l *i18n.Locale, row *subscribers.ImportRow) templates.DeskRow {
	var titles []string
	for _, n := range row.Newsletters {
		titles = append(titles, d.Newsletter(n).Title)
	}
	return templates.DeskRow{
		Row: l.Number(row.Line), Address: row.Email, Name: row.Name, Newsletters: strings.Join(titles, " · "), Topics: strings.Join(row.Topics, " · "),
		Status: word(l, "desk.found.state_", cmp.Or(string(row.Status), string(subscribers.Active))),
	}
}

// refusals are the first rows of a list.
func refusals(l *i18n.Locale, list []*subscribers.RowError) []templates.DeskRefusal {
	var out []templates.DeskRefusal
	for _, e := range list[:min(len(list), shownRows)] {
		why := e.Reason
		if e.Hint != "" {
			why += " (" + e.Hint + ")"
		}
		out = append(out, templates.DeskRefusal{Row: l.Number(e.Line), Column: e.Column, Why: why})
	}
	return out
}

// decideImport has a checked file imported, or thrown away.
func (d *Desk) decideImport(w http.ResponseWriter, r *http.Request, visit *editors.Visit) error {
	form, err := web.FormOf(w, r)
	if err != nil {
		return err
	}
	id, im := r.PathValue("id"), d.Imports
	in, ok := im.find(id)
	if !ok {
		return seeOther(w, r, "/desk/import?done=import_gone")
	}
	switch form.Get("do") {
	case "discard":
		if !im.discard(id) {
			return seeOther(w, r, importPath(id, ""))
		}
		return seeOther(w, r, "/desk/import?done=import_discarded")
	case "import":
		proof, source := form.Get("consent") == "proof", web.OneLine(form.Get("source"), longestNote)
		if proof && source == "" && in.state == templates.ImportChecked {
			return d.showImport(w, r, visit, &in, http.StatusUnprocessableEntity, func(p *templates.DeskImportPage) {
				p.Proof, p.Wrong = true, d.Locale().Message("desk.import.source_needed")
			})
		}
		im.decide(id, !proof, source, time.Now())
		return seeOther(w, r, importPath(id, ""))
	}
	return web.Status(http.StatusBadRequest)
}

// refusedRows gives the rows that were left out, with the reasons, to be mended
// and imported again.
func (d *Desk) refusedRows(w http.ResponseWriter, r *http.Request, _ *editors.Visit) error {
	in, ok := d.Imports.find(r.PathValue("id"))
	if !ok || in.busy() {
		return web.NotFound
	}
	f, err := os.Open(in.refused())
	if err != nil {
		return fmt.Errorf("refused rows: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("refused rows: %w", err)
	}
	web.KeepPrivate(w.Header())
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	w.Header().Set("Content-Disposition", `attachment; filename="left-out.csv"`)
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = io.Copy(w, f) // an error is the client's having gone
	}
	return nil
}
