package smtptest

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// dialogue returns the server's side of a mechanism; ok is called when the
// password was right.
func dialogue(mech, user, password string, ok func()) (sasl.Server, error) {
	check := func(u, p string) error {
		if u != user || p != password {
			return smtp.ErrAuthFailed
		}
		ok()
		return nil
	}
	switch mech {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, u, p string) error { return check(u, p) }), nil
	case sasl.Login:
		return &loginServer{check: check}, nil
	case "CRAM-MD5":
		return &cramServer{user: user, password: password, ok: ok}, nil
	case "SCRAM-SHA-1":
		return &scramServer{hash: sha1.New, user: user, password: password, ok: ok}, nil
	case "SCRAM-SHA-256":
		return &scramServer{hash: sha256.New, user: user, password: password, ok: ok}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

// A loginServer speaks LOGIN (draft-murchison-sasl-login).
type loginServer struct {
	check func(user, password string) error
	step  int
	user  string
}

// Next asks for the name, then for the password.
func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	l.step++
	switch {
	case l.step == 1 && response == nil:
		return []byte("Username:"), false, nil
	case l.user == "":
		l.user = string(response)
		return []byte("Password:"), false, nil
	default:
		return nil, true, l.check(l.user, string(response))
	}
}

// A cramServer speaks CRAM-MD5 (RFC 2195).
type cramServer struct {
	user, password string
	ok             func()
	asked          bool
}

const cramChallenge = "<1896.697170952@relay.test>"

// Next sends the challenge and compares the answer.
func (c *cramServer) Next(response []byte) ([]byte, bool, error) {
	if !c.asked {
		c.asked = true
		return []byte(cramChallenge), false, nil
	}
	mac := hmac.New(md5.New, []byte(c.password))
	mac.Write([]byte(cramChallenge))
	if string(response) != c.user+" "+hex.EncodeToString(mac.Sum(nil)) {
		return nil, false, smtp.ErrAuthFailed
	}
	c.ok()
	return nil, true, nil
}

// A scramServer speaks SCRAM without channel binding (RFC 5802, 7677).
type scramServer struct {
	hash           func() hash.Hash
	user, password string
	ok             func()
	step           int
	bare, first    string
	nonce          string
}

const (
	scramSalt  = "standfirst-salt"
	scramRound = 4096
)

// Next runs the four messages.
func (s *scramServer) Next(response []byte) ([]byte, bool, error) {
	if s.step == 0 && len(response) == 0 {
		return []byte{}, false, nil // the client speaks first, but was not given a chance
	}
	s.step++
	switch s.step {
	case 1:
		_, bare, ok := strings.Cut(string(response), ",,")
		if !ok {
			return nil, false, errors.New("no GS2 header")
		}
		s.bare = bare
		_, nonce, _ := strings.Cut(bare, "r=")
		s.nonce = nonce + "server"
		s.first = fmt.Sprintf("r=%s,s=%s,i=%d", s.nonce, base64.StdEncoding.EncodeToString([]byte(scramSalt)), scramRound)
		return []byte(s.first), false, nil
	case 2:
		return s.final(string(response))
	default:
		s.ok()
		return nil, true, nil
	}
}

func (s *scramServer) final(message string) ([]byte, bool, error) {
	without, proof64, _ := strings.Cut(message, ",p=")
	proof, err := base64.StdEncoding.DecodeString(proof64)
	if err != nil {
		return nil, false, smtp.ErrAuthFailed
	}
	salted, err := pbkdf2.Key(s.hash, s.password, []byte(scramSalt), scramRound, s.hash().Size())
	if err != nil {
		return nil, false, err
	}
	clientKey := s.mac(salted, "Client Key")
	stored := s.hash()
	stored.Write(clientKey)
	auth := s.bare + "," + s.first + "," + without
	signature := s.mac(stored.Sum(nil), auth)
	for i := range signature {
		signature[i] ^= clientKey[i]
	}
	if !bytes.Equal(signature, proof) || !strings.Contains(without, "r="+s.nonce) || !strings.HasPrefix(s.bare, "n="+s.user+",") {
		return nil, false, smtp.ErrAuthFailed
	}
	server := s.mac(s.mac(salted, "Server Key"), auth)
	return []byte("v=" + base64.StdEncoding.EncodeToString(server)), false, nil
}

func (s *scramServer) mac(key []byte, text string) []byte {
	m := hmac.New(s.hash, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}
