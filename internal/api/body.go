package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/standfirst/standfirst/internal/web"
)

// jsonOf reads a body of JSON into v, which may be left as it is if optional.
// What could be meant in two ways is refused: a name that is not known or stands
// there twice, bytes that are no UTF-8.
func jsonOf(w http.ResponseWriter, r *http.Request, most int64, optional bool, v any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if (err != nil || kind != "application/json") && r.ContentLength != 0 {
		return web.Wrong(http.StatusUnsupportedMediaType, "The body must be application/json.")
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return web.Wrong(http.StatusUnsupportedMediaType, "The body must come as it is, without Content-Encoding.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return web.Wrong(http.StatusRequestEntityTooLarge, "The body is longer than "+strconv.FormatInt(most, 10)+" bytes.")
	case err != nil:
		return web.Wrong(http.StatusBadRequest, "The body did not come whole.")
	case optional && len(bytes.TrimSpace(body)) == 0:
		return nil
	}
	if err := readJSON(body, v); err != nil {
		return web.Wrong(http.StatusBadRequest, "The body is not what is asked for: "+web.Clipped(err.Error())+".")
	}
	return nil
}

// readJSON reads one value. The error is in words for who wrote the program.
func readJSON(body []byte, v any) error {
	if !utf8.Valid(body) {
		return errors.New("it is not UTF-8")
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.DisallowUnknownFields()
	if err := in.Decode(v); err != nil {
		return inWords(err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	if name := twice(body); name != "" {
		return fmt.Errorf("%q stands there twice", name)
	}
	return nil
}

// inWords says what is wrong with JSON, and nothing of how this program is made.
func inWords(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("it is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends too early")
	case errors.As(err, &syntax):
		return fmt.Errorf("at byte %d: %w", syntax.Offset, err)
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("it is to be %s", kindWord(kind.Type))
	case errors.As(err, &kind):
		return fmt.Errorf("%s is to be %s", kind.Field, kindWord(kind.Type))
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

// kindWord is what JSON calls what is read into a type.
func kindWord(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	}
	return "a whole number"
}

// twice returns a name that stands twice in one object, in whatever case; empty
// if none does. The body is known to be JSON, and not too deep.
func twice(body []byte) string {
	type level struct {
		names map[string]bool // nil: a list
		name  bool            // what comes next is one
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber()
	var levels []level
	for {
		token, err := in.Token()
		if err != nil { // the end
			return ""
		}
		delim, _ := token.(json.Delim)
		if delim == '}' || delim == ']' {
			levels = levels[:len(levels)-1]
		} else if n := len(levels); n > 0 && levels[n-1].name {
			name := token.(string)
			if folded := strings.ToLower(name); levels[n-1].names[folded] {
				return name
			} else {
				levels[n-1].names[folded], levels[n-1].name = true, false
			}
			continue
		}
		switch delim {
		case '{':
			levels = append(levels, level{map[string]bool{}, true})
			continue
		case '[':
			levels = append(levels, level{})
			continue
		}
		if n := len(levels); n > 0 { // a value has ended
			levels[n-1].name = levels[n-1].names != nil
		}
	}
}
