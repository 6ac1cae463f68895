package main

import (
	"github.com/standfirst/standfirst/content"
)

// What a publication might say in German and in Arabic. It is made up, as the
// sample is.

func german() []content.Entry {
	return entries("de", []content.Article{
		{
			Title: "Die Übergabe ist der Dienstplan", Standfirst: "Ein Jahr lang haben wir verschoben, wer wann Bereitschaft hat. Erträglich wurde sie durch eine halbe Stunde am Donnerstagnachmittag.",
			Authors: []content.Author{{Name: "Ifeoma Adeyemi"}}, Topics: []string{"Führung"}, ReadingMinutes: 4,
			Image: content.Image{URL: site + "/media/handover.png", Alt: "Zwei Kreise, ein blauer und ein oranger, die sich auf grauem Grund überschneiden"},
		},
		{
			Title: "Das Budget einer Plattform auf einer Seite", Standfirst: "Was eine Plattform kostet, so erklärt, dass es auch die verstehen, die sie bezahlen.",
			Authors: []content.Author{{Name: "Jörg Brückner"}, {Name: "Leila Haddad"}}, Topics: []string{"Plattform"}, ReadingMinutes: 3,
		},
	})
}

func arabic() []content.Entry {
	return entries("ar", []content.Article{
		{
			Title: "تسليم المناوبة هو جدول المناوبات", Standfirst: "أعدنا ترتيب من يناوب ومتى طوال عام، ثم جعلت نصف ساعة بعد ظهر كل خميس الأمر محتملًا.",
			Authors: []content.Author{{Name: "إيفوما أديمي"}}, Topics: []string{"القيادة"}, ReadingMinutes: 4,
			Image: content.Image{URL: site + "/media/handover.png", Alt: "دائرتان متداخلتان، زرقاء وبرتقالية، على أرضية رمادية هادئة"},
		},
		{
			Title: "ميزانية المنصّة في صفحة واحدة", Standfirst: "شرح لتكلفة المنصّة يفهمه من يدفعها، مع مثال يمكن نسخه.",
			Authors: []content.Author{{Name: "ليلى حداد"}, {Name: "يورغ بروكنر"}}, Topics: []string{"المنصّات"}, ReadingMinutes: 3,
		},
		{
			Title: "خمسة أسئلة لمراجعة حادث", Standfirst: "أسئلة تجعل الناس يتذكّرون ما رأوه، لا ما كان يجب أن يروه.",
			Authors: []content.Author{{Name: "مريم صالح"}}, Topics: []string{"الثقافة"}, ReadingMinutes: 11,
			Image: content.Image{URL: site + "/media/review.png", Alt: "صفوف من الخطوط، أحدها مُعلَّم"},
		},
	})
}

func entries(lang string, articles []content.Article) []content.Entry {
	var all []content.Entry
	for i := range articles {
		a := &articles[i]
		a.ID = content.Slugify(a.Title)
		a.URL = site + "/articles/" + content.Slugify(a.Image.Alt+a.Title)
		a.Lang, a.Access = lang, content.Free
		all = append(all, release(a))
	}
	return all
}
