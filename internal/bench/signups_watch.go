package main

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// fetches are what readers of a feed got.
type fetches struct {
	Answers int
	Failed  int           // no answer, or another than that nothing changed
	Rate    float64       // answers a second
	P99     time.Duration // one of a hundred took longer
}

// An audience is a few readers of a feed that go on.
type audience struct {
	mu     sync.Mutex
	done   sync.WaitGroup
	began  time.Time
	took   []time.Duration
	failed int
}

// fetching begins to ask for the feed, as readers who have it: four of them,
// each two hundred times a second at most.
func fetching(ctx context.Context, addr, tag string) *audience {
	f := &audience{began: time.Now()}
	for range 4 {
		f.done.Go(func() {
			c := &visitor{addr: addr}
			defer c.close()
			for ctx.Err() == nil {
				asked := time.Now()
				code, err := c.get(feedPath, tag)
				f.add(time.Since(asked), err == nil && (code == http.StatusNotModified || code == http.StatusOK))
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	return f
}

func (f *audience) add(took time.Duration, well bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.took = append(f.took, took)
	if !well {
		f.failed++
	}
}

// end waits for the last answers, and judges all.
func (f *audience) end() fetches {
	f.done.Wait()
	slices.Sort(f.took)
	n := len(f.took)
	got := fetches{Answers: n, Failed: f.failed, Rate: per(float64(n), time.Since(f.began).Seconds())}
	if n > 0 {
		got.P99 = f.took[min(n-1, n*99/100)]
	}
	return got
}

// A scraped is what /metrics says: samples by their name with labels.
type scraped map[string]float64

// scrape reads the metrics of the program.
func scrape(ctx context.Context, addr string) (scraped, error) {
	body, err := page(ctx, "http://"+addr+"/metrics")
	if err != nil {
		return nil, err
	}
	return readMetrics(body), nil
}

func readMetrics(body []byte) scraped {
	m := scraped{}
	for lines := bufio.NewScanner(bytes.NewReader(body)); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if i := strings.LastIndexByte(lines.Text(), ' '); i > 0 {
			name, value = lines.Text()[:i], lines.Text()[i+1:]
		}
		if v, err := strconv.ParseFloat(value, 64); err == nil && !strings.HasPrefix(name, "#") {
			m[name] = v
		}
	}
	return m
}

// sum adds up the samples of a name whose labels have all of these.
func (m scraped) sum(name string, labels ...string) float64 {
	total := 0.0
	for sample, v := range m {
		of, rest, _ := strings.Cut(sample, "{")
		if of == name && !slices.ContainsFunc(labels, func(l string) bool { return !strings.Contains(rest, l) }) {
			total += v
		}
	}
	return total
}
