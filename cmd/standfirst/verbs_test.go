package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/mail"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/standfirst/standfirst/feed/lint"
	"github.com/standfirst/standfirst/internal/smtptest"
	"github.com/standfirst/standfirst/mailer"
)

// verbs are what scripts can say beside the words of testscript.
var verbs = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"exit":      exitVerb,
	"json":      jsonVerb,
	"grab":      grabVerb,
	"http":      httpVerb,
	"relay":     relayVerb,
	"terminate": terminateVerb,
	"attached":  attachedVerb,
	"caught":    caughtVerb,
	"crm":       crmVerb,
	"until":     untilVerb,
}

// exit CODE COMMAND … runs a command that must end with this code.
func exitVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND …")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// json FILE compares the last output with the JSON in a file. More keys may
// stand in the output; "*" is any value, and all of a list must be there.
func jsonVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: json FILE")
	}
	var want, got any
	if err := json.Unmarshal([]byte(ts.ReadFile(args[0])), &want); err != nil {
		ts.Fatalf("%s: %v", args[0], err)
	}
	if err := json.Unmarshal([]byte(ts.ReadFile("stdout")), &got); err != nil {
		ts.Fatalf("output: %v", err)
	}
	if where := differ("", want, got); where != "" {
		ts.Fatalf("%s", where)
	}
}

// differ says where got does not hold what want says; empty if it does.
func differ(at string, want, got any) string {
	switch w := want.(type) {
	case string:
		if w == "*" {
			return ""
		}
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s: got %v, want an object", at, got)
		}
		for _, key := range slices.Sorted(maps.Keys(w)) {
			if _, ok := g[key]; !ok {
				return fmt.Sprintf("%s.%s is not there", at, key)
			}
			if where := differ(at+"."+key, w[key], g[key]); where != "" {
				return where
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("%s: got %v, want a list of %d", at, got, len(w))
		}
		for i := range w {
			if where := differ(fmt.Sprintf("%s[%d]", at, i), w[i], g[i]); where != "" {
				return where
			}
		}
		return ""
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Sprintf("%s: got %v, want %v", at, got, want)
	}
	return ""
}

// grab NAME REGEXP keeps what the first group matches in the last output.
func grabVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: grab NAME REGEXP")
	}
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	m := re.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) < 2 {
		ts.Fatalf("no match for %s", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// relay starts a mail server at port $RELAY, which answers as the recipient's
// address asks; relay refusing one that takes nothing from us.
func relayVerb(ts *testscript.TestScript, neg bool, args []string) {
	server := new(smtptest.Server)
	switch {
	case len(args) == 1 && args[0] == "refusing":
		server.Script = func(e smtptest.Event) smtptest.Answer {
			if e.Phase == "mail" {
				return smtptest.Answer{Code: 550, Enhanced: [3]int{5, 7, 1}, Text: "who are you"}
			}
			return smtptest.Answer{}
		}
	case neg || len(args) > 0:
		ts.Fatalf("usage: relay [refusing]")
	}
	_, port, err := server.Start()
	ts.Check(err)
	ts.Defer(server.Close)
	ts.Setenv("RELAY", strconv.Itoa(port))
}

// caught DIR SUBJECT waits until a letter whose subject matches is caught in a
// folder, and prints the header and the text of the newest.
func caughtVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: caught DIR SUBJECT")
	}
	subject, err := regexp.Compile(args[1])
	ts.Check(err)
	box := &mailer.Mailbox{Dir: ts.MkAbs(args[0])}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		list, err := box.List(100, "")
		ts.Check(err)
		for _, c := range list {
			if !subject.MatchString(c.Subject) {
				continue
			}
			letter, err := box.Letter(c.ID)
			ts.Check(err)
			for _, f := range letter.Fields {
				fmt.Fprintf(ts.Stdout(), "%s: %s\n", f.Name, f.Value)
			}
			fmt.Fprintf(ts.Stdout(), "\n%s", letter.Text)
			return
		}
	}
	ts.Fatalf("no such letter was caught in %s", args[0])
}

// terminate sends SIGTERM to whatever runs in the background; wait follows.
func terminateVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: terminate")
	}
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	}
}

// attached FILE writes down what the letter in a file has attached, which must
// be one calendar, and a good one.
func attachedVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: attached FILE")
	}
	letter, err := mail.ReadMessage(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	kind, params, err := mime.ParseMediaType(letter.Header.Get("Content-Type"))
	ts.Check(err)
	if kind != "multipart/mixed" {
		ts.Fatalf("the letter is %s: nothing is attached", kind)
	}
	parts := multipart.NewReader(letter.Body, params["boundary"])
	var calendar []byte
	var kinds []string
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		ts.Check(err)
		kinds = append(kinds, part.Header.Get("Content-Type"))
		if part.FileName() != "" {
			fmt.Fprintf(ts.Stdout(), "%s: %s\n", part.FileName(), part.Header.Get("Content-Type"))
			calendar, err = io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
			ts.Check(err)
		}
	}
	if len(kinds) != 2 || !strings.HasPrefix(kinds[0], "multipart/alternative") || calendar == nil {
		ts.Fatalf("parts are %q, want the letter and a calendar", kinds)
	}
	for _, f := range lint.Check("ics", calendar, time.Now()) {
		ts.Fatalf("the calendar: %v", f)
	}
	fmt.Fprint(ts.Stdout(), strings.ReplaceAll(string(calendar), "\r\n", "\n"))
}

// http [-until REGEXP] METHOD PATH [Header:value …] [body] asks the server at
// $URL and prints status, headers and body. A server that does not listen yet
// is waited for; with -until also an answer that matches.
func httpVerb(ts *testscript.TestScript, neg bool, args []string) {
	until := regexp.MustCompile("")
	if len(args) > 2 && args[0] == "-until" {
		until = regexp.MustCompile("(?m)" + args[1])
		args = args[2:]
	}
	if neg || len(args) < 2 {
		ts.Fatalf("usage: http [-until REGEXP] METHOD PATH [Header:value …] [body]")
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		answer, err := ask(ts.Getenv("URL"), args)
		late := time.Now().After(deadline)
		switch {
		case err == nil && (until.MatchString(answer) || late):
			fmt.Fprint(ts.Stdout(), answer)
			if !until.MatchString(answer) {
				ts.Fatalf("still no match for %s", until)
			}
			return
		case err != nil && (late || !errors.Is(err, syscall.ECONNREFUSED)):
			ts.Fatalf("%v", err)
		}
	}
}

// ask makes one request, follows no redirects and writes down the answer.
func ask(url string, args []string) (string, error) {
	method, path, rest := args[0], args[1], args[2:]
	body := ""
	header := http.Header{}
	for i, arg := range rest {
		if key, value, ok := strings.Cut(arg, ":"); ok && !strings.ContainsAny(key, "= ") {
			header.Set(key, strings.TrimSpace(value))
			continue
		}
		body = strings.Join(rest[i:], " ")
		break
	}
	req, err := http.NewRequest(method, url+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header = header
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n", resp.Status)
	if err := resp.Header.Write(&out); err != nil {
		return "", err
	}
	fmt.Fprintf(&out, "\n%s", text)
	return strings.ReplaceAll(out.String(), "\r\n", "\n"), nil
}
