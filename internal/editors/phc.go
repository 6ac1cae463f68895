package editors

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A Cost is how much work argon2id (RFC 9106) makes of one guess.
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
	Lanes  uint8
}

// today is what RFC 9106, 4, recommends where memory is dear.
var today = Cost{Memory: 64 << 10, Passes: 3, Lanes: 4}

// below reports whether a guess costs less than it is to cost. Lanes make it
// faster for us, not dearer for others.
func (c Cost) below(want Cost) bool { return c.Memory < want.Memory || c.Passes < want.Passes }

// The most that a hash we read may ask for: whoever can write to the database
// must not be able to stop the server with a row.
const (
	mostMemory = 1 << 20 // KiB
	mostPasses = 64
	mostLanes  = 64
)

// A sealed password is what is kept of one.
type sealed struct {
	cost      Cost
	salt, sum []byte
}

var errSealed = errors.New("not a hash of argon2id that we would make")

// String writes it in the PHC string format.
func (s sealed) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", s.cost.Memory, s.cost.Passes, s.cost.Lanes, b64(s.salt), b64(s.sum))
}

// parseSealed reads the PHC string format, in the one spelling that String
// has.
func parseSealed(text string) (s sealed, err error) {
	const longest = 256
	parts := strings.Split(text[:min(len(text), longest)], "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v=19" {
		return s, errSealed
	}
	cost := strings.Split(parts[3], ",")
	if len(cost) != 3 {
		return s, errSealed
	}
	for i, of := range []struct {
		name string
		most uint64
		take func(uint64)
	}{
		{"m=", mostMemory, func(n uint64) { s.cost.Memory = uint32(n) }},
		{"t=", mostPasses, func(n uint64) { s.cost.Passes = uint32(n) }},
		{"p=", mostLanes, func(n uint64) { s.cost.Lanes = uint8(n) }},
	} {
		digits, ok := strings.CutPrefix(cost[i], of.name)
		n, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil || n == 0 || n > of.most {
			return s, errSealed
		}
		of.take(n)
	}
	for i, to := range []*[]byte{&s.salt, &s.sum} {
		if *to, err = base64.RawStdEncoding.Strict().DecodeString(parts[4+i]); err != nil {
			return s, errSealed
		}
	}
	// RFC 9106, 3.1: at least eight blocks a lane, a salt of eight bytes.
	if s.cost.Memory < 8*uint32(s.cost.Lanes) || len(s.salt) < 8 || len(s.salt) > 64 || len(s.sum) < 16 || len(s.sum) > 64 || s.String() != text {
		return s, errSealed
	}
	return s, nil
}
