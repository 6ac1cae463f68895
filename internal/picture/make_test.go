package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
)

// photo is a picture with something in every pixel, and one quarter of it red,
// so that it can be seen how it stands.
func photo(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	noise := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			c := color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8(noise.IntN(64)), 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{230, uint8(noise.IntN(30)), uint8(noise.IntN(30)), 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func encodedJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodedPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif puts an orientation into a JPEG, in either order of bytes.
func exif(photo []byte, order binary.ByteOrder, t uint16) []byte {
	head := "II*\x00"
	if order == binary.ByteOrder(binary.BigEndian) {
		head = "MM\x00*"
	}
	tiff := []byte(head)
	u16 := func(v uint16) { b := make([]byte, 2); order.PutUint16(b, v); tiff = append(tiff, b...) }
	u32 := func(v uint32) { b := make([]byte, 4); order.PutUint32(b, v); tiff = append(tiff, b...) }
	u32(8)
	u16(2)
	u16(0x010f) // the camera's maker, somewhere
	u16(2)
	u32(4)
	u32(0x41424300)
	u16(0x0112)
	u16(3)
	u32(1)
	u16(t)
	u16(0)
	u32(0)
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := append([]byte{0xff, 0xe1, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
	return append(append(bytes.Clone(photo[:2]), segment...), photo[2:]...)
}

func made(t *testing.T, b []byte) (File, image.Image) {
	t.Helper()
	files, err := Make(b, LeadWidth, ThumbWidth)
	if err != nil {
		t.Fatal(err)
	}
	for i, width := range []int{LeadWidth, ThumbWidth} {
		f := files[i]
		img, _, err := image.Decode(bytes.NewReader(f.Bytes))
		if err != nil {
			t.Fatalf("%s cannot be read back: %v", f.Name, err)
		}
		if img.Bounds().Dx() != f.Width || img.Bounds().Dy() != f.Height || f.Width > width || f.Height > 2*width {
			t.Errorf("%s is %v and said to be %d × %d", f.Name, img.Bounds(), f.Width, f.Height)
		}
		if !Named(f.Name) || !strings.HasPrefix(f.Name, Mark(f.Bytes)) {
			t.Errorf("the name %q is not that of its bytes", f.Name)
		}
	}
	lead, _, _ := image.Decode(bytes.NewReader(files[0].Bytes))
	return files[0], lead
}

func mustMake(t *testing.T, b []byte) string {
	f, _ := made(t, b)
	return f.Name
}

// red tells in which corner the red quarter is.
func red(img image.Image) string {
	b := img.Bounds()
	var where []string
	for name, p := range map[string]image.Point{
		"top left": {b.Dx() / 4, b.Dy() / 4}, "top right": {b.Dx() * 3 / 4, b.Dy() / 4},
		"bottom left": {b.Dx() / 4, b.Dy() * 3 / 4}, "bottom right": {b.Dx() * 3 / 4, b.Dy() * 3 / 4},
	} {
		if r, g, bl, _ := img.At(b.Min.X+p.X, b.Min.Y+p.Y).RGBA(); r>>8 > 200 && g>>8 < 90 && bl>>8 < 90 {
			where = append(where, name)
		}
	}
	return strings.Join(where, " and ")
}

// Cameras hold pictures as they were held; each way of holding has a number.
func TestPicturesStandUpright(t *testing.T) {
	plain := encodedJPEG(t, photo(400, 200))
	for turn, want := range map[uint16]struct {
		corner string
		w, h   int
	}{
		0: {"top left", 400, 200}, 1: {"top left", 400, 200}, 2: {"top right", 400, 200}, 3: {"bottom right", 400, 200}, 4: {"bottom left", 400, 200},
		5: {"top left", 200, 400}, 6: {"top right", 200, 400}, 7: {"bottom right", 200, 400}, 8: {"bottom left", 200, 400}, 9: {"top left", 400, 200},
	} {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			f, img := made(t, exif(plain, order, turn))
			if f.Width != want.w || f.Height != want.h || red(img) != want.corner {
				t.Errorf("orientation %d (%v): %d × %d with red at the %s, want %+v", turn, order, f.Width, f.Height, red(img), want)
			}
			if bytes.Contains(f.Bytes, []byte("Exif")) {
				t.Errorf("orientation %d: what the camera wrote is still there", turn)
			}
		}
	}
	if a, b := mustMake(t, plain), mustMake(t, plain); a != b {
		t.Errorf("the same bytes have made %s and %s", a, b)
	}
	// One that is scaled is turned as well.
	f, img := made(t, exif(encodedJPEG(t, photo(2600, 1300)), binary.BigEndian, 6))
	if f.Width != LeadWidth || f.Height != 2*LeadWidth || red(img) != "top right" {
		t.Errorf("a large one on its side: %d × %d with red at the %s", f.Width, f.Height, red(img))
	}
}

func TestKinds(t *testing.T) {
	wide := photo(1600, 800)
	holes := image.NewNRGBA(wide.Rect)
	flat := image.NewPaletted(image.Rect(0, 0, 640, 320), color.Palette{color.White, color.RGBA{200, 0, 0, 255}, color.Transparent})
	for i := range flat.Pix {
		flat.Pix[i] = uint8(i / 640 / 160)
	}
	clear := image.NewPaletted(flat.Rect, flat.Palette)
	copy(clear.Pix, flat.Pix)
	for i := range 640 * 20 {
		clear.Pix[i] = 2
	}
	deep := image.NewNRGBA64(image.Rect(0, 0, 300, 200))
	gray := image.NewGray(image.Rect(0, 0, 1200, 600))
	noise := rand.New(rand.NewPCG(3, 4))
	for i := range gray.Pix {
		gray.Pix[i] = uint8(noise.IntN(255))
	}
	for y := range 800 {
		for x := range 1600 {
			c := wide.RGBAAt(x, y)
			holes.SetNRGBA(x, y, color.NRGBA{c.R, c.G, c.B, uint8(y * 255 / 800)})
		}
	}
	var moving bytes.Buffer
	frame := func(c uint8) *image.Paletted {
		p := image.NewPaletted(image.Rect(20, 10, 380, 190), flat.Palette)
		for i := range p.Pix {
			p.Pix[i] = c
		}
		return p
	}
	err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{frame(1), frame(0)}, Delay: []int{10, 10}, Config: image.Config{ColorModel: flat.Palette, Width: 400, Height: 200}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		b         []byte
		extension string
		w, h      int
	}{
		{"a photograph", encodedJPEG(t, wide), ".jpg", 1104, 552},
		{"a small photograph", encodedJPEG(t, photo(300, 200)), ".jpg", 300, 200},
		{"a grey photograph", encodedJPEG(t, gray), ".jpg", 1104, 552},
		{"a photograph as PNG", encodedPNG(t, photo(1200, 600)), ".jpg", 1104, 552},
		{"a drawing", encodedPNG(t, flat), ".png", 640, 320},
		{"a drawing with holes", encodedPNG(t, clear), ".png", 640, 320},
		{"a large photograph with holes", encodedPNG(t, holes), ".jpg", 1104, 552},
		{"sixteen bits, nothing in them", encodedPNG(t, deep), ".png", 300, 200},
		{"the first of what moves, which is a part", moving.Bytes(), ".png", 400, 200},
		{"a tall one", encodedPNG(t, photo(150, 3000)), ".jpg", 110, 2208},
		{"a strip", encodedPNG(t, photo(4000, 48)), ".png", 1104, 13},
		{"WebP", webpOf(t, lossy), ".jpg", 75, 100},
		{"WebP without loss", webpOf(t, lossless), ".png", 64, 48},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, _ := made(t, tt.b)
			if f.Width != tt.w || f.Height != tt.h || !strings.HasSuffix(f.Name, tt.extension) {
				t.Errorf("made %s of %d × %d, want %s of %d × %d", f.Name, f.Width, f.Height, tt.extension, tt.w, tt.h)
			}
			if len(f.Bytes) > 300<<10 {
				t.Errorf("%d bytes", len(f.Bytes))
			}
		})
	}
}

// CMYK is what printers make; its colours are in the file the other way round.
func TestCMYK(t *testing.T) {
	f, img := made(t, cmyk())
	if f.Width != 64 || f.Height != 64 || red(img) != "top left" {
		t.Errorf("%s %d × %d, red at the %q", f.Name, f.Width, f.Height, red(img))
	}
}

// Strips leave no seams: what is scaled in strips is what is scaled whole.
func TestScaledHasNoSeams(t *testing.T) {
	ramp := image.NewGray(image.Rect(0, 0, 900, 900))
	for y := range 900 {
		for x := range 900 {
			ramp.SetGray(x, y, color.Gray{uint8((x + y) / 8)})
		}
	}
	out := scaled(ramp, ramp.Rect, 330, 330)
	for y := 1; y < 329; y++ {
		for x := 1; x < 329; x++ {
			want := float64(x+y) * 900 / 330 / 8
			if got := float64(out.RGBAAt(x, y).R); got < want-2 || got > want+2 {
				t.Fatalf("at %d,%d it is %v and should be about %v", x, y, got, want)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	square := encodedJPEG(t, photo(200, 200))
	webp := webpOf(t, lossy)
	extended := func(w, h int, flags byte, rest []byte) []byte {
		x := []byte{flags, 0, 0, 0, byte(w - 1), byte((w - 1) >> 8), 0, byte(h - 1), byte((h - 1) >> 8), 0}
		b := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00"), x...)
		b = append(b, rest...)
		binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
		return b
	}
	for _, tt := range []struct {
		name string
		b    []byte
		want string
	}{
		{"nothing", nil, "empty"},
		{"a page", []byte("\n<!DOCTYPE html><title>404</title>"), "a page"},
		{"SVG", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`), "SVG"},
		{"AVIF", []byte("\x00\x00\x00\x20ftypavif\x00\x00\x00\x00"), "AVIF"},
		{"HEIC", []byte("\x00\x00\x00\x20ftypheic\x00\x00\x00\x00"), "HEIC"},
		{"a film", []byte("\x00\x00\x00\x20ftypisom\x00\x00\x00\x00"), "film"},
		{"noise", []byte("\x01\x02\x03 whatever"), "neither"},
		{"too many bytes", append(bytes.Clone(square), make([]byte, MaxBytes)...), "10 MB"},
		{"a tracker", encodedPNG(t, image.NewGray(image.Rect(0, 0, 1, 1))), "only 1 × 1"},
		{"half a JPEG", square[:len(square)/2], "damaged"},
		{"the start of a JPEG", square[:30], "damaged"},
		{"half a PNG", encodedPNG(t, photo(300, 300))[:5000], "damaged"},
		{"half a WebP", webp[:len(webp)/2], "damaged"},
		{"a PNG of a billion pixels", hugePNG(40000, 25000, 8, 2, 0), "30000 are the most"},
		{"a PNG of 100 million pixels", hugePNG(10000, 10000, 8, 2, 0), "100 million pixels"},
		{"a PNG of 49 million pixels of 8 bytes", hugePNG(7000, 7000, 16, 6, 0), "MB to read"},
		{"a PNG of 49 million pixels in seven passes", hugePNG(7000, 7000, 8, 6, 1), "MB to read"},
		{"a GIF of 4 billion pixels", []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), "30000"},
		{"a progressive JPEG of 40 million pixels", sized(square, 0xc2, 8000, 5000), "MB to read"},
		{"a WebP that says twice how large it is", extended(16000, 3000, 0, webp[12:]), "is said to be"},
		{"a WebP that moves", extended(75, 100, 2, []byte("ANIM\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00")), "moves"},
		{"a WebP whose length is not so", []byte("RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\x7f"), "damaged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var refusal Refusal
			files, err := Make(tt.b, LeadWidth, ThumbWidth)
			if !errors.As(err, &refusal) || !strings.Contains(err.Error(), tt.want) || files != nil {
				t.Errorf("%v; want a refusal with %q", err, tt.want)
			}
		})
	}
}

// hugePNG is a header that promises much, and nothing behind it.
func hugePNG(w, h uint32, depth, kind, interlace byte) []byte {
	head := append([]byte("IHDR"), 0, 0, 0, 0, 0, 0, 0, 0, depth, kind, 0, 0, interlace)
	binary.BigEndian.PutUint32(head[4:], w)
	binary.BigEndian.PutUint32(head[8:], h)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(head))
}

// sized gives a JPEG another kind of frame and another size.
func sized(photo []byte, marker byte, w, h uint16) []byte {
	b := bytes.Clone(photo)
	i := bytes.Index(b, []byte{0xff, 0xc0})
	b[i+1] = marker
	binary.BigEndian.PutUint16(b[i+5:], h)
	binary.BigEndian.PutUint16(b[i+7:], w)
	return b
}

func TestFit(t *testing.T) {
	for _, tt := range []struct{ w, h, width, wantW, wantH int }{
		{4000, 3000, 1104, 1104, 828}, {1104, 828, 320, 320, 240}, {100, 50, 320, 100, 50}, {320, 640, 320, 320, 640},
		{320, 641, 320, 320, 640}, {320, 650, 320, 315, 640}, {48, 30000, 1104, 4, 2208}, {30000, 48, 320, 320, 1}, {1105, 1, 1104, 1104, 1}, {1, 30000, 320, 1, 640},
	} {
		if w, h := fit(tt.w, tt.h, tt.width); w != tt.wantW || h != tt.wantH {
			t.Errorf("%d × %d in %d: %d × %d, want %d × %d", tt.w, tt.h, tt.width, w, h, tt.wantW, tt.wantH)
		}
	}
}

// FuzzRead: whatever the bytes, there is a picture within its limits or a
// refusal in words, and no panic that gets out.
func FuzzRead(f *testing.F) {
	f.Add(encodedJPEG(f, photo(60, 60)))
	f.Add(exif(encodedJPEG(f, photo(60, 50)), binary.BigEndian, 6))
	f.Add(encodedPNG(f, photo(50, 60)))
	f.Add(webpOf(f, lossy))
	f.Add(webpOf(f, lossless))
	f.Add([]byte("GIF89a\x32\x00\x32\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x32\x00\x32\x00\x00\x02\x02D\x01\x00;"))
	f.Add(hugePNG(60, 60, 8, 2, 1))
	f.Add([]byte("RIFF\x10\x00\x00\x00WEBPVP8X"))
	f.Fuzz(func(t *testing.T, b []byte) {
		front, err := look(b)
		if err == nil && int64(front.width)*int64(front.height) > 1_000_000 {
			t.Skip("within the limits, and too slow for here")
		}
		files, err := Make(b, 200, 60)
		var refusal Refusal
		if err != nil {
			if !errors.As(err, &refusal) || len(files) > 0 {
				t.Fatalf("%v", err)
			}
			return
		}
		for i, width := range []int{200, 60} {
			if c, _, err := image.DecodeConfig(bytes.NewReader(files[i].Bytes)); err != nil || c.Width > width || c.Height > 2*width {
				t.Fatalf("%+v, %v", c, err)
			}
		}
	})
}

// BenchmarkMake is one photograph of twelve million pixels in both sizes.
func BenchmarkMake(b *testing.B) {
	large := encodedJPEG(b, photo(4000, 3000))
	b.ReportAllocs()
	b.SetBytes(int64(len(large)))
	for b.Loop() {
		if _, err := Make(large, LeadWidth, ThumbWidth); err != nil {
			b.Fatal(err)
		}
	}
}
