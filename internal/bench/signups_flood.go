package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// answers are what a flood got, by status.
type answers struct {
	Posted, LetIn, Again, Refused, Wrong int // 303, 200 (press once more), 429, and whatever else
	Failed                               int // no answer at all
}

// A flooding is a flood that goes on.
type flooding struct {
	mu    sync.Mutex
	done  sync.WaitGroup
	total answers
}

// flooded begins a flood: rate forms a second over 16 connections, each from
// another network as the proxy has it that this machine is. Half of them name
// readers, the others people who never heard of us. A third were read (the stamp
// is good), a third claim so, the others have no stamp.
func flooded(ctx context.Context, addr, stamp string, rate, readers int) *flooding {
	const connections = 16
	f := new(flooding)
	for i := range connections {
		f.done.Go(func() {
			dice := rand.New(rand.NewPCG(8058, uint64(i)))
			c := &visitor{addr: addr}
			defer c.close()
			var own answers
			defer func() { f.add(&own) }()
			every := time.Second * connections / time.Duration(rate)
			for next := time.Now(); ctx.Err() == nil; next = next.Add(every) {
				if late := time.Until(next); late > 0 {
					time.Sleep(late)
				} else if late < -time.Second {
					next = time.Now() // what was not answered in time is not asked for twice
				}
				own.count(c.post("/subscribe", hostile(dice, stamp, readers), network(dice)))
			}
		})
	}
	return f
}

// end waits for the last answers.
func (f *flooding) end() answers {
	f.done.Wait()
	return f.total
}

func (f *flooding) add(own *answers) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := &f.total
	t.Posted += own.Posted
	t.LetIn += own.LetIn
	t.Again += own.Again
	t.Refused += own.Refused
	t.Wrong += own.Wrong
	t.Failed += own.Failed
}

func (a *answers) count(code int, err error) {
	a.Posted++
	switch {
	case err != nil:
		a.Failed++
	case code == http.StatusSeeOther:
		a.LetIn++
	case code == http.StatusOK:
		a.Again++
	case code == http.StatusTooManyRequests:
		a.Refused++
	default:
		a.Wrong++
	}
}

// hostile fills in a form.
func hostile(dice *rand.Rand, stamp string, readers int) string {
	email := fmt.Sprintf("victim.%x@firm%d.example.org", dice.Uint64(), dice.IntN(5000))
	if dice.IntN(2) == 0 {
		email = readerAddress(dice.IntN(readers))
	}
	form := url.Values{"email": {email}, "newsletter": {"weekly"}, "name": {"Buy now http://spam.example"}}
	switch dice.IntN(3) {
	case 0:
		form.Set("stamp", stamp)
	case 1:
		form.Set("stamp", stamp[:len(stamp)-4]+"AAAA")
	}
	return form.Encode()
}

// network is an address out of the whole internet; every tenth is a neighbour
// of the one before.
func network(dice *rand.Rand) string {
	switch dice.IntN(10) {
	case 0:
		return fmt.Sprintf("198.51.100.%d", dice.IntN(256))
	case 1, 2, 3, 4:
		return fmt.Sprintf("2a%02x:%x:%x::%x", dice.IntN(256), dice.IntN(1<<16), dice.IntN(1<<16), dice.IntN(1<<16))
	}
	return fmt.Sprintf("%d.%d.%d.%d", 11+dice.IntN(80), dice.IntN(256), dice.IntN(256), dice.IntN(256))
}

// A visitor is one connection that asks and waits. It does as little as it can:
// it shares the cores with what is measured.
type visitor struct {
	addr string
	conn net.Conn
	in   *bufio.Reader
}

func (c *visitor) post(path, form, from string) (code int, err error) {
	return c.do(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nX-Forwarded-For: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		path, c.addr, from, len(form), form))
}

func (c *visitor) get(path, tag string) (code int, err error) {
	return c.do(fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nAccept-Encoding: gzip\r\nIf-None-Match: %s\r\n\r\n", path, c.addr, tag))
}

// do asks, on the connection there is or on a new one.
func (c *visitor) do(request string) (code int, err error) {
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if c.conn == nil {
		if c.conn, err = net.DialTimeout("tcp", c.addr, 10*time.Second); err != nil {
			return 0, err
		}
		c.in = bufio.NewReader(c.conn)
	}
	if err := c.conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return 0, err
	}
	if _, err := io.WriteString(c.conn, request); err != nil {
		return 0, err
	}
	return c.answer()
}

// answer reads the status, and over the rest.
func (c *visitor) answer() (code int, err error) {
	length := 0
	for n := 0; ; n++ {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return 0, err
		}
		line = strings.TrimSpace(line)
		name, value, _ := strings.Cut(line, ":")
		switch {
		case n == 0:
			_, rest, _ := strings.Cut(line, " ")
			number, _, _ := strings.Cut(rest, " ")
			if code, err = strconv.Atoi(number); err != nil {
				return 0, fmt.Errorf("answer %q: %w", line, err)
			}
		case strings.EqualFold(name, "Content-Length"):
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return 0, err
			}
		case strings.EqualFold(name, "Transfer-Encoding"):
			return 0, errors.New("an answer of unknown length")
		case line == "":
			if code != http.StatusNotModified {
				_, err = c.in.Discard(length)
			}
			return code, err
		}
	}
}

func (c *visitor) close() {
	if c.conn != nil {
		c.conn.Close()
	}
	c.conn = nil
}

var stamp = regexp.MustCompile(`name="stamp" value="([^"]+)"`)

// stampOf reads the form, as who wants to flood it must.
func stampOf(ctx context.Context, addr string) (string, error) {
	body, err := page(ctx, "http://"+addr+"/subscribe")
	if err != nil {
		return "", err
	}
	m := stamp.FindSubmatch(body)
	if m == nil {
		return "", errors.New("the form to sign up has no stamp")
	}
	return string(m[1]), nil
}

// page fetches one.
func page(ctx context.Context, url string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, res.Status)
	}
	return io.ReadAll(res.Body)
}
