package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// The sizes of a secret that Standard Webhooks allows, in bytes.
const (
	leastSecret = 24
	mostSecret  = 64
)

const secretPrefix = "whsec_"

// errSecret tells nothing of the text that is none.
var errSecret = errors.New("a secret is whsec_ and 24 to 64 bytes in base64")

// A Secret is what an endpoint and we know, and nobody else. It does not show
// itself in logs and messages.
type Secret struct{ key []byte }

// ParseSecret reads a secret as it is written: "whsec_" and base64.
func ParseSecret(text string) (Secret, error) {
	coded, ok := strings.CutPrefix(text, secretPrefix)
	if !ok {
		return Secret{}, errSecret
	}
	key, err := base64.StdEncoding.DecodeString(coded)
	if err != nil || len(key) < leastSecret || len(key) > mostSecret {
		return Secret{}, errSecret
	}
	return Secret{key}, nil
}

// NewSecret returns the text of a new secret, for both sides to keep.
func NewSecret() string {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// String returns a mark in place of the secret.
func (Secret) String() string { return "(secret)" }

// GoString does what String does, for %#v.
func (Secret) GoString() string { return "(secret)" }

// LogValue does what String does, for slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("(secret)") }

// Sign returns the header webhook-signature of a message that is sent at a
// moment: one signature for each secret, with spaces between.
func Sign(secrets []Secret, id string, at time.Time, body []byte) string {
	signed := make([]string, len(secrets))
	for i, s := range secrets {
		mac := hmac.New(sha256.New, s.key)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		signed[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signed, " ")
}
