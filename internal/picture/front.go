package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// A kind is a format that is taken.
type kind string

const (
	kindJPEG kind = "JPEG"
	kindPNG  kind = "PNG"
	kindGIF  kind = "GIF"
	kindWebP kind = "WebP"
)

// A front is what the first bytes of a picture promise. What decodes them is
// held to it: a decoder allocates by the same bytes.
type front struct {
	kind          kind
	width, height int   // as stored, before it is turned
	memory        int64 // bytes that decoding takes, about and at most
	turn          turn
	drawn         bool // without loss: a drawing or a screenshot, perhaps
}

// look judges a picture by its front, and refuses it before it costs anything.
// What a server calls it does not matter: servers are often wrong.
func look(b []byte) (front, error) {
	if len(b) > MaxBytes {
		return front{}, Refusal(fmt.Sprintf("it has more than %d MB", MaxBytes>>20))
	}
	var f front
	var err error
	switch k := sniff(b); k {
	case kindJPEG:
		f, err = lookJPEG(b)
	case kindPNG:
		f, err = lookPNG(b)
	case kindGIF:
		f, err = lookGIF(b)
	case kindWebP:
		f, err = lookWebP(b)
	default:
		return front{}, Refusal(what(b))
	}
	if err != nil {
		return front{}, err
	}
	pixels := int64(f.width) * int64(f.height)
	switch {
	case f.width < minSide || f.height < minSide:
		return front{}, Refusal(fmt.Sprintf("it is only %d × %d pixels large", f.width, f.height))
	case f.width > maxSide || f.height > maxSide:
		return front{}, Refusal(fmt.Sprintf("a side of it is %d pixels long, and %d are the most", max(f.width, f.height), maxSide))
	case pixels > MaxPixels:
		return front{}, Refusal(fmt.Sprintf("it has %d million pixels, and %d million are the most", pixels/1e6, MaxPixels/1_000_000))
	}
	if f.memory *= pixels; f.memory > maxMemory {
		return front{}, Refusal(fmt.Sprintf("with %d million pixels, stored as they are, it would take %d MB to read", pixels/1e6, f.memory>>20))
	}
	return f, nil
}

// sniff tells the format of a picture by the bytes that all of it begin with;
// empty: none that is taken.
func sniff(b []byte) kind {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return kindJPEG
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return kindPNG
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return kindGIF
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return kindWebP
	}
	return ""
}

// what says what else it is.
func what(b []byte) string {
	if len(b) >= 12 && string(b[4:8]) == "ftyp" {
		switch string(b[8:12]) {
		case "avif", "avis":
			return "it is AVIF, which mail programs do not show; name a JPEG, PNG or WebP"
		case "heic", "heix", "mif1", "msf1":
			return "it is HEIC, which mail programs do not show; name a JPEG, PNG or WebP"
		}
		return "it is a film"
	}
	text := bytes.ToLower(bytes.TrimLeft(b[:min(len(b), 512)], "\ufeff \t\r\n"))
	switch {
	case bytes.Contains(text, []byte("<svg")):
		return "it is SVG, which mail programs do not show; name a JPEG, PNG or WebP"
	case bytes.HasPrefix(text, []byte("<")):
		return "it is a page, no picture"
	case len(b) == 0:
		return "it is empty"
	}
	return "it is neither JPEG nor PNG, GIF or WebP"
}

// damaged is for what a decoder says: its words are about bytes.
func damaged(k kind, err error) error {
	return Refusal(fmt.Sprintf("the %s is damaged: %v", k, err))
}

// lookJPEG takes what is stored progressively for dear: all coefficients are in
// memory before the first pixel is.
func lookJPEG(b []byte) (front, error) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return front{}, damaged(kindJPEG, err)
	}
	s := scan(b)
	planes, pixel := int64(3), int64(3)
	switch c.ColorModel {
	case color.GrayModel:
		planes, pixel = 1, 1
	case color.CMYKModel:
		planes, pixel = 4, 8
	case color.RGBAModel:
		pixel = 7
	}
	if !s.baseline {
		pixel += 4 * planes
	}
	return front{kind: kindJPEG, width: c.Width, height: c.Height, memory: pixel, turn: s.turn}, nil
}

// interlace is where a PNG's header says whether it is interlaced.
const interlace = 28

func lookPNG(b []byte) (front, error) {
	c, err := png.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return front{}, damaged(kindPNG, err)
	}
	pixel := int64(4)
	switch c.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model:
		pixel = 8
	}
	if b[interlace] != 0 { // DecodeConfig has read as far
		pixel *= 2 // it comes in seven passes, each a picture
	}
	return front{kind: kindPNG, width: c.Width, height: c.Height, memory: pixel, drawn: true}, nil
}

func lookGIF(b []byte) (front, error) {
	c, err := gif.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return front{}, damaged(kindGIF, err)
	}
	return front{kind: kindGIF, width: c.Width, height: c.Height, memory: 2, drawn: true}, nil
}

func lookWebP(b []byte) (front, error) {
	if moves(b) {
		return front{}, Refusal("it is a WebP that moves; name a picture that does not")
	}
	c, err := webp.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return front{}, damaged(kindWebP, err)
	}
	// The file says its size twice, and the decoder allocates by the other one.
	size, lossless, ok := frame(b)
	if !ok || size != image.Pt(c.Width, c.Height) {
		return front{}, damaged(kindWebP, fmt.Errorf("it is said to be %d × %d pixels large, and is not", c.Width, c.Height))
	}
	pixel := int64(3)
	if lossless || c.ColorModel != color.YCbCrModel { // transparency is stored without loss
		pixel = 12
	}
	return front{kind: kindWebP, width: c.Width, height: c.Height, memory: pixel, drawn: lossless}, nil
}

// moves tells whether a WebP is said to be animated.
func moves(b []byte) bool { return len(b) > 20 && string(b[12:16]) == "VP8X" && b[20]&2 != 0 }

// frame returns the size of the one picture in a WebP, by its own header
// (RFC 6386 9.1; WebP Lossless Bitstream 3), and whether it is lossless.
func frame(b []byte) (size image.Point, lossless, ok bool) {
	rest := b[12:]
	for len(rest) >= 8 {
		length := int64(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		switch string(rest[:4]) {
		case "VP8 ":
			if len(body) < 10 || string(body[3:6]) != "\x9d\x01\x2a" {
				return size, false, false
			}
			w, h := binary.LittleEndian.Uint16(body[6:]), binary.LittleEndian.Uint16(body[8:])
			return image.Pt(int(w&0x3fff), int(h&0x3fff)), false, true
		case "VP8L":
			if len(body) < 5 || body[0] != 0x2f {
				return size, true, false
			}
			n := binary.LittleEndian.Uint32(body[1:])
			return image.Pt(int(n&0x3fff)+1, int(n>>14&0x3fff)+1), true, true
		}
		if length += length & 1; length > int64(len(body)) {
			return size, false, false
		}
		rest = body[length:]
	}
	return size, false, false
}
