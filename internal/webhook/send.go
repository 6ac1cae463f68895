package webhook

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/standfirst/standfirst/internal/fetch"
)

// Patience is how long an endpoint has to answer.
const Patience = 15 * time.Second

// mostAnswer is how much of an answer is read.
const mostAnswer = 4 << 10

// Client returns what reaches an endpoint, and nothing that its reach does not
// allow: no redirects are followed. It is kept for as long as it is used. Agent
// is the User-Agent.
func Client(reach fetch.Reach, agent string) *http.Client {
	return fetch.New(fetch.Options{Agent: agent, Reach: reach, Timeout: Patience, Most: mostAnswer + 1})
}

// Send sends a message to an endpoint once, as of now.
func Send(ctx context.Context, client *http.Client, e *Endpoint, id string, body []byte, now time.Time) Reply {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return Reply{Trouble: fetch.Reason(err)}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	r.Header.Set("Webhook-Signature", Sign(e.Secrets, id, now, body))
	answer, err := client.Do(r)
	if err != nil {
		return Reply{Trouble: fetch.Reason(err), Broken: ctx.Err() != nil}
	}
	defer answer.Body.Close()
	// What has come when it takes too long will do: the answer is the status.
	// Read to its end, the connection serves for the next message.
	text, _ := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	return Reply{
		Code: answer.StatusCode, After: fetch.RetryAfter(answer.Header.Get("Retry-After"), now),
		Text: plain(string(text), 500),
	}
}

// A Trial is what came of a test.
type Trial struct {
	ID   string
	Took time.Duration
	Reply
}

// Try sends an endpoint a test, beside its messages.
func Try(ctx context.Context, client *http.Client, e *Endpoint, now time.Time) (Trial, error) {
	test, err := Compose(Test, now, Tried{Text: "This is a test. Nothing has happened."})
	if err != nil {
		return Trial{}, err
	}
	r := Send(ctx, client, e, test.ID, test.Body, now)
	return Trial{test.ID, time.Since(now), r}, nil
}
