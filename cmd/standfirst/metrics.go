package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/standfirst/standfirst/internal/notes"
	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/internal/webhook"
	"github.com/standfirst/standfirst/mailer"
)

// metrics counts for Prometheus, on a registry of its own.
type metrics struct {
	registry *prometheus.Registry
	attempts *prometheus.CounterVec
	notes    *prometheus.CounterVec
	hooks    *prometheus.CounterVec
	answers  *prometheus.HistogramVec
}

func newMetrics(db *store.DB) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "standfirst_letters_total",
			Help: "Results of letters in this process, by what became of them.",
		}, []string{"state", "reason"}),
		notes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "standfirst_notes_total",
			Help: "Results of letters that one person waits for in this process, by their kind and what became of them.",
		}, []string{"kind", "state", "reason"}),
		hooks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "standfirst_webhooks_total",
			Help: "Attempts in this process to tell other programs what happened, by the host and what became of them.",
		}, []string{"host", "state"}),
		answers: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "standfirst_http_request_duration_seconds",
			Help:    "Requests by route and status.",
			Buckets: []float64{0.001, 0.005, 0.025, 0.1, 0.5, 2.5},
		}, []string{"route", "code"}),
	}
	ask := func(name, help string, value func(context.Context) (float64, error)) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			v, err := value(ctx)
			if err != nil {
				return -1
			}
			return v
		}))
	}
	ask("standfirst_wire_head", "Number of the newest release; -1 when the database does not answer.", func(ctx context.Context) (float64, error) {
		n, err := db.Head(ctx)
		return float64(n), err
	})
	ask("standfirst_deliveries_open", "Letters queued in editions that are being sent; -1 when the database does not answer.", func(ctx context.Context) (float64, error) {
		editions, err := db.Editions(ctx, "", 50)
		open := 0
		for _, e := range editions {
			open += e.Open
		}
		return float64(open), err
	})
	ask("standfirst_due_wait_seconds", "How long the letters that have been due longest wait to be taken in hand; 0 when none is due, -1 when the database does not answer.", func(ctx context.Context) (float64, error) {
		now := time.Now()
		due, ok, err := db.Due(ctx, mailer.Claim{Now: now})
		if err != nil || !ok {
			return 0, err
		}
		return max(0, now.Sub(due).Seconds()), nil
	})
	ask("standfirst_notes_wait_seconds", "How long the letter that has been due longest, of those that one person waits for, waits to be taken in hand; 0 when none is due, -1 when the database does not answer.", func(ctx context.Context) (float64, error) {
		due, ok, err := db.Notes().NextDue(ctx)
		if err != nil || !ok {
			return 0, err
		}
		return max(0, time.Since(due).Seconds()), nil
	})
	m.registry.MustRegister(m.attempts, m.notes, m.hooks, m.answers, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	return m
}

// watch tells how a worker and the relay get on.
func (m *metrics) watch(worker *mailer.Worker) {
	tell := func(name, help string, value func(v mailer.Vitals, now time.Time) float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			now := time.Now()
			return value(worker.Vitals(now), now)
		}))
	}
	tell("standfirst_relay_sessions", "Open connections of this process to the relay.", func(v mailer.Vitals, _ time.Time) float64 {
		return float64(v.Sessions)
	})
	tell("standfirst_relay_sessions_allowed", "Connections that may be open: mail.sessions, or fewer while the relay complains.", func(v mailer.Vitals, _ time.Time) float64 {
		return float64(v.Allowed)
	})
	tell("standfirst_letters_per_second_allowed", "Letters a second that may go: mail.rate, or fewer while the relay complains; 0: no bound.", func(v mailer.Vitals, _ time.Time) float64 {
		return v.Rate
	})
	tell("standfirst_relay_rest_seconds", "Until the relay, which takes no letters, is asked again; 0 while it takes them.", func(v mailer.Vitals, now time.Time) float64 {
		if v.Rest.IsZero() {
			return 0
		}
		return max(0, v.Rest.Sub(now).Seconds())
	})
}

// strangers tells what became of the forms of people whom nobody knows.
func (m *metrics) strangers(counts func() map[string]int64) {
	for answer := range counts() {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name:        "standfirst_sign_ups_total",
			Help:        "Sign-ups that were asked to confirm, and forms of strangers that this process refused, by the limit: of a network, an address, all forms, or all sign-ups in an hour.",
			ConstLabels: prometheus.Labels{"answer": answer},
		}, func() float64 { return float64(counts()[answer]) }))
	}
}

func (m *metrics) settled(o mailer.Outcome) {
	m.attempts.WithLabelValues(stateOf(o), o.Reason).Inc()
}

func (m *metrics) noted(n *notes.Note, r notes.Result) {
	m.notes.WithLabelValues(string(n.Kind), stateOf(r.Outcome), r.Reason).Inc()
}

func (m *metrics) hooked(e *webhook.Endpoint, r webhook.Result) {
	state := "deferred"
	if r.State != webhook.Queued {
		state = string(r.State)
	}
	m.hooks.WithLabelValues(e.Host(), state).Inc()
}

func stateOf(o mailer.Outcome) string {
	if o.State == mailer.Queued {
		return "deferred"
	}
	return string(o.State)
}

func (m *metrics) answered(route string, code int, took time.Duration) {
	m.answers.WithLabelValues(route, strconv.Itoa(code)).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// self is how this program was called, for lines that people copy: with go run
// its own name is a file that is gone when it ends.
func self() string {
	if exe, err := os.Executable(); err == nil && strings.Contains(filepath.ToSlash(exe), "/go-build") {
		return "go run ./cmd/standfirst"
	}
	return "standfirst"
}
