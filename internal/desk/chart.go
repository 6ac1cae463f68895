package desk

import (
	"strconv"
	"time"

	"github.com/standfirst/standfirst/digest"
	"github.com/standfirst/standfirst/internal/i18n"
	"github.com/standfirst/standfirst/templates"
)

// The chart's room, in units of its own.
const (
	chartWidth, chartHeight = 640, 204
	chartLeft, chartTop     = 80, 12
	chartBase               = 180
	mostBars                = 96
)

// barLengths are how many minutes a bar may stand for.
var barLengths = []int{1, 2, 5, 10, 15, 30, 60, 120, 240}

// A bar is how many letters were accepted from a moment on.
type bar struct {
	at time.Time
	n  int
}

// bars fills up the minutes in which nothing was accepted, and puts so many
// together that there are not too many.
func bars(minutes []digest.Minute) (all []bar, length int) {
	if len(minutes) == 0 {
		return nil, 1
	}
	first, last := minutes[0].At, minutes[len(minutes)-1].At
	span := int(last.Sub(first)/time.Minute) + 1
	for _, length = range barLengths {
		if span <= mostBars*length {
			break
		}
	}
	step := time.Duration(length) * time.Minute
	first = first.Truncate(step)
	n := min(int(last.Sub(first)/step)+1, 2*mostBars)
	all = make([]bar, n)
	for i := range all {
		all[i].at = first.Add(time.Duration(i) * step)
	}
	for _, m := range minutes {
		if i := int(m.At.Sub(first) / step); i < n { // the last bar is the end of a long tail
			all[i].n += m.Accepted
		} else {
			all[n-1].n += m.Accepted
		}
	}
	return all, length
}

// scale returns the highest number of an axis that most fits below, and how far
// apart its lines are: 1, 2 or 5 of some power of ten.
func scale(most int) (top, step int) {
	step = 1
	for next := 2; 4*step < most; next++ { // 1, 2, 5, 10, 20, 50 …
		if next%3 == 0 {
			step = step / 2 * 5
		} else {
			step *= 2
		}
	}
	return max((most+step-1)/step*step, step), step
}

// chart draws how many letters were accepted in each minute; nil if none was.
func chart(l *i18n.Locale, zone *time.Location, minutes []digest.Minute) *templates.Chart {
	all, length := bars(minutes)
	if len(all) == 0 {
		return nil
	}
	most, total := 0, 0
	for _, b := range all {
		most, total = max(most, b.n), total+b.n
	}
	top, step := scale(most)
	long := all[len(all)-1].at.Sub(all[0].at) >= 24*time.Hour
	moment := func(t time.Time) string {
		t = t.In(zone)
		if long {
			return l.DayMonth(t) + ", " + l.Clock(t)
		}
		return l.Clock(t)
	}
	v := &templates.Chart{
		Title: l.Message("desk.results.per_minutes", "n", length), Width: chartWidth, Height: chartHeight, Left: chartLeft, Base: chartBase,
		Text: l.Message("desk.results.chart", "total", l.Number(total), "most", l.Number(most),
			"from", moment(all[0].at), "to", moment(all[len(all)-1].at.Add(time.Duration(length)*time.Minute))),
	}
	height := func(n int) float64 { return float64(n) / float64(top) * (chartBase - chartTop) }
	for n := 0; n <= top; n += step {
		v.Lines = append(v.Lines, templates.ChartLine{Y: units(chartBase - height(n)), Label: l.Number(n)})
	}
	room := min(float64(chartWidth-chartLeft)/float64(len(all)), 48) // a single bar need not be a wall
	every := (len(all) + 4) / 5
	for i, b := range all {
		x := chartLeft + float64(i)*room
		if b.n > 0 {
			v.Bars = append(v.Bars, templates.Bar{X: units(x + room*.08), Y: units(chartBase - height(b.n)), Width: units(room * .84), Height: units(height(b.n))})
		}
		if i%every == 0 && x+room/2 < chartWidth-30 {
			v.Marks = append(v.Marks, templates.ChartMark{X: units(x + room/2), Label: l.Clock(b.at.In(zone))})
		}
		v.Table = append(v.Table, templates.Figure{Label: moment(b.at), Value: l.Number(b.n)})
	}
	return v
}

// units writes a length of the chart.
func units(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }
