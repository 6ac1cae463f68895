package picture

import (
	"image"
	"image/draw"

	scaling "golang.org/x/image/draw"
)

// fit returns the size that a picture is scaled to: no wider than width, no
// higher than twice that, and not larger than it is.
func fit(w, h, width int) (int, int) {
	height := 2 * width
	switch {
	case w <= width && h <= height:
		return w, h
	case int64(h)*int64(width) <= int64(w)*int64(height): // width is the narrower gate
		return width, max(1, int((int64(h)*int64(width)+int64(w)/2)/int64(w)))
	}
	return max(1, int((int64(w)*int64(height)+int64(h)/2)/int64(h))), height
}

// strip is how many lines are scaled at once, columns how many columns. The
// scaler keeps 32 bytes for each pixel between its two passes: a whole photograph
// would take 100 MB.
const (
	strip   = 64
	columns = 16
)

// scaled returns what is on a canvas, of which src may fill a part only, at
// another size. The lines are made shorter first and then fewer: to scale by
// one changes nothing, so strips leave no seams.
func scaled(src image.Image, canvas image.Rectangle, w, h int) *image.RGBA {
	narrow := image.NewRGBA(image.Rect(0, 0, w, canvas.Dy()))
	lines := image.NewRGBA(image.Rect(0, 0, canvas.Dx(), strip))
	shorter := scaling.CatmullRom.NewScaler(w, strip, canvas.Dx(), strip)
	for y := 0; y < canvas.Dy(); y += strip {
		n := min(strip, canvas.Dy()-y)
		part := image.Rect(0, 0, canvas.Dx(), n)
		clear(lines.Pix)
		draw.Draw(lines, part, src, image.Pt(canvas.Min.X, canvas.Min.Y+y), draw.Src)
		if w == canvas.Dx() {
			draw.Draw(narrow, image.Rect(0, y, w, y+n), lines, image.Point{}, draw.Src)
			continue
		}
		shorter.Scale(narrow, image.Rect(0, y, w, y+n), lines, part, scaling.Src, nil)
	}
	if h == canvas.Dy() {
		return narrow
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	fewer := scaling.CatmullRom.NewScaler(columns, h, columns, canvas.Dy())
	for x := 0; x < w; x += columns {
		right := min(x+columns, w)
		fewer.Scale(out, image.Rect(x, 0, right, h), narrow, image.Rect(x, 0, right, canvas.Dy()), scaling.Src, nil)
	}
	return out
}

// turned returns a picture that stands upright.
func turned(src *image.RGBA, t turn) *image.RGBA {
	if t < 2 || t > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if t.swaps() {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			var fx, fy int // where this pixel comes from
			switch t {
			case 2:
				fx, fy = w-1-x, y
			case 3:
				fx, fy = w-1-x, h-1-y
			case 4:
				fx, fy = x, h-1-y
			case 5:
				fx, fy = y, x
			case 6:
				fx, fy = y, h-1-x
			case 7:
				fx, fy = w-1-y, h-1-x
			case 8:
				fx, fy = w-1-y, x
			}
			copy(out.Pix[y*out.Stride+4*x:][:4], src.Pix[fy*src.Stride+4*fx:])
		}
	}
	return out
}
