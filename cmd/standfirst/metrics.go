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

	"github.com/standfirst/standfirst/internal/store"
	"github.com/standfirst/standfirst/mailer"
)

// metrics counts for Prometheus, on a registry of its own.
type metrics struct {
	registry *prometheus.Registry
	attempts *prometheus.CounterVec
	answers  *prometheus.HistogramVec
}

func newMetrics(db *store.DB) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "standfirst_letters_total",
			Help: "Results of letters in this process, by what became of them.",
		}, []string{"state", "reason"}),
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
	m.registry.MustRegister(m.attempts, m.answers, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	return m
}

func (m *metrics) settled(o mailer.Outcome) {
	state := string(o.State)
	if o.State == mailer.Queued {
		state = "deferred"
	}
	m.attempts.WithLabelValues(state, o.Reason).Inc()
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
