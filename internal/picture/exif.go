package picture

import (
	"bytes"
	"encoding/binary"
)

// A turn is how a picture is to be turned to stand upright: EXIF's orientation
// (CIPA DC-008, 4.6.5), 1 to 8. 0 and 1 are as it is.
type turn int

// swaps tells whether width and height change places.
func (t turn) swaps() bool { return t >= 5 && t <= 8 }

// A scanned JPEG is what its markers tell before the pixels begin.
type scanned struct {
	baseline bool // not progressive, for certain
	turn     turn
}

// scan walks the markers of a JPEG up to its frame. It believes nothing: where
// it is lost it stops, and knows less.
func scan(b []byte) (s scanned) {
	for i := 2; i+4 <= len(b); {
		if b[i] != 0xff {
			return s
		}
		marker := b[i+1]
		if marker == 0xff { // fill
			i++
			continue
		}
		if marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc {
			s.baseline = marker == 0xc0 || marker == 0xc1
			return s
		}
		length := int(binary.BigEndian.Uint16(b[i+2:]))
		if length < 2 || i+2+length > len(b) {
			return s
		}
		if body := b[i+4 : i+2+length]; marker == 0xe1 && s.turn == 0 {
			if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok {
				s.turn = orientation(tiff)
			}
		}
		i += 2 + length
	}
	return s
}

// orientation reads the one tag that matters of the first directory of a TIFF
// header; 0 if it is not there, or not to be believed.
func orientation(tiff []byte) turn {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	at := int64(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > int64(len(tiff)) {
		return 0
	}
	entries := tiff[at+2:]
	for n := order.Uint16(tiff[at:]); n > 0 && len(entries) >= 12; n-- {
		const tag, short = 0x0112, 3
		if order.Uint16(entries) == tag {
			if order.Uint16(entries[2:]) != short || order.Uint32(entries[4:]) != 1 {
				return 0
			}
			if t := turn(order.Uint16(entries[8:])); t <= 8 {
				return t
			}
			return 0
		}
		entries = entries[12:]
	}
	return 0
}
