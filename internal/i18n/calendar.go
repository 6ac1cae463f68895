package i18n

// A calendar is how a language writes days, times, numbers and lists. The
// patterns hold these verbs, everything else in them is written as it stands:
//
//	%d %m %y   day, month and year of the first day; %D %M %Y of the last
//	%n         the month of the first day where no day or year is bound to it:
//	           in the nominative where names of months are declined
//	%w         the weekday of the first day
//
// Names are separated by |, months begin in January, weekdays on Sunday.
type calendar struct {
	tag string

	day, days, months, years string // one day; two in one month, in one year, in two
	dayMonth, month, full    string

	names    string // of months, as they stand beside a day
	alone    string // of months, standing alone; empty: the same
	short    string // of months, standing alone
	weekdays string
	padded   bool   // days have two digits
	ordinal  string // the first day of a month, where it alone is not a mere number
	clock    string // layout of package time; AM/PM is replaced by am and pm
	am, pm   string
	point    string // between thousands
	myriads  bool   // a number below 10,000 has no point
	lakhs    bool   // after the first thousand the point comes every two digits
	zero     rune   // the digit nought; 0 means '0'
	comma    string // between the items of a list
	and      string // between the last two
	serial   string // between the last two of three and more; empty: as and
}

const (
	englishMonths   = "January|February|March|April|May|June|July|August|September|October|November|December"
	englishWeekdays = "Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday"
	numberedMonths  = "1|2|3|4|5|6|7|8|9|10|11|12"
	asianMonths     = "1月|2月|3月|4月|5月|6月|7月|8月|9月|10月|11月|12月"
	nbsp            = "\u00a0" // no-break space
	nnbsp           = "\u202f" // narrow no-break space
)

// calendars are the languages we can write days in; the first is what anything
// unknown falls back to. The facts are those of Unicode CLDR 48. The house
// differs where CLDR writes a space round the dash inside one month, a nought
// before a day, or numbers where a language has names, and French has its 1er;
// the test lists each.
var calendars = []*calendar{
	{
		tag: "en-US",
		day: "%m %d, %y", days: "%m %d–%D, %y", months: "%m %d – %M %D, %y", years: "%m %d, %y – %M %D, %Y",
		dayMonth: "%m %d", month: "%n %y", full: "%w, %m %d, %y",
		names: englishMonths, weekdays: englishWeekdays,
		short: "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec",
		clock: "3:04 PM", am: "AM", pm: "PM", point: ",",
		comma: ", ", and: " and ", serial: ", and ",
	},
	{
		tag: "en-GB",
		day: "%d %m %y", days: "%d–%D %m %y", months: "%d %m – %D %M %y", years: "%d %m %y – %D %M %Y",
		dayMonth: "%d %m", month: "%n %y", full: "%w %d %m %y",
		names: englishMonths, weekdays: englishWeekdays,
		short: "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept|Oct|Nov|Dec",
		clock: "15:04", point: ",", comma: ", ", and: " and ",
	},
	{
		tag: "de",
		day: "%d. %m %y", days: "%d.–%D. %m %y", months: "%d. %m – %D. %M %y", years: "%d. %m %y – %D. %M %Y",
		dayMonth: "%d. %m", month: "%n %y", full: "%w, %d. %m %y",
		names:    "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
		short:    "Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez",
		weekdays: "Sonntag|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag",
		clock:    "15:04", point: ".", comma: ", ", and: " und ",
	},
	{
		tag: "fr",
		day: "%d %m %y", days: "%d–%D %m %y", months: "%d %m – %D %M %y", years: "%d %m %y – %D %M %Y",
		dayMonth: "%d %m", month: "%n %y", full: "%w %d %m %y",
		names:    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
		short:    "janv.|févr.|mars|avr.|mai|juin|juil.|août|sept.|oct.|nov.|déc.",
		weekdays: "dimanche|lundi|mardi|mercredi|jeudi|vendredi|samedi", ordinal: "1er",
		clock: "15:04", point: nnbsp, comma: ", ", and: " et ",
	},
	{
		tag: "es",
		day: "%d de %m de %y", days: "%d–%D de %m de %y", months: "%d de %m – %D de %M de %y", years: "%d de %m de %y – %D de %M de %Y",
		dayMonth: "%d de %m", month: "%n de %y", full: "%w, %d de %m de %y",
		names:    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
		short:    "ene|feb|mar|abr|may|jun|jul|ago|sept|oct|nov|dic",
		weekdays: "domingo|lunes|martes|miércoles|jueves|viernes|sábado",
		clock:    "15:04", point: ".", myriads: true, comma: ", ", and: " y ",
	},
	{
		tag: "pt-BR",
		day: "%d de %m de %y", days: "%d–%D de %m de %y", months: "%d de %m – %D de %M de %y", years: "%d de %m de %y – %D de %M de %Y",
		dayMonth: "%d de %m", month: "%n de %y", full: "%w, %d de %m de %y",
		names:    "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
		short:    "jan.|fev.|mar.|abr.|mai.|jun.|jul.|ago.|set.|out.|nov.|dez.",
		weekdays: "domingo|segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira|sábado",
		clock:    "15:04", point: ".", comma: ", ", and: " e ",
	},
	{
		tag: "nl",
		day: "%d %m %y", days: "%d–%D %m %y", months: "%d %m – %D %M %y", years: "%d %m %y – %D %M %Y",
		dayMonth: "%d %m", month: "%n %y", full: "%w %d %m %y",
		names:    "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
		short:    "jan|feb|mrt|apr|mei|jun|jul|aug|sep|okt|nov|dec",
		weekdays: "zondag|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag",
		clock:    "15:04", point: ".", comma: ", ", and: " en ",
	},
	{
		tag: "it",
		day: "%d %m %y", days: "%d–%D %m %y", months: "%d %m – %D %M %y", years: "%d %m %y – %D %M %Y",
		dayMonth: "%d %m", month: "%n %y", full: "%w %d %m %y",
		names:    "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
		short:    "gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic",
		weekdays: "domenica|lunedì|martedì|mercoledì|giovedì|venerdì|sabato",
		clock:    "15:04", point: ".", myriads: true, comma: ", ", and: " e ",
	},
	{
		tag: "pl",
		day: "%d %m %y", days: "%d–%D %m %y", months: "%d %m – %D %M %y", years: "%d %m %y – %D %M %Y",
		dayMonth: "%d %m", month: "%n %y", full: "%w, %d %m %y",
		names:    "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia",
		alone:    "styczeń|luty|marzec|kwiecień|maj|czerwiec|lipiec|sierpień|wrzesień|październik|listopad|grudzień",
		short:    "sty|lut|mar|kwi|maj|cze|lip|sie|wrz|paź|lis|gru",
		weekdays: "niedziela|poniedziałek|wtorek|środa|czwartek|piątek|sobota",
		clock:    "15:04", point: nbsp, myriads: true, comma: ", ", and: " i ",
	},
	{
		tag: "sv",
		day: "%d %m %y", days: "%d–%D %m %y", months: "%d %m–%D %M %y", years: "%d %m %y–%D %M %Y",
		dayMonth: "%d %m", month: "%n %y", full: "%w %d %m %y",
		names:    "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december",
		short:    "jan.|feb.|mars|apr.|maj|juni|juli|aug.|sep.|okt.|nov.|dec.",
		weekdays: "söndag|måndag|tisdag|onsdag|torsdag|fredag|lördag",
		clock:    "15:04", point: nbsp, comma: ", ", and: " och ",
	},
	{
		tag: "da",
		day: "%d. %m %y", days: "%d.–%D. %m %y", months: "%d. %m–%D. %M %y", years: "%d. %m %y–%D. %M %Y",
		dayMonth: "%d. %m", month: "%n %y", full: "%w den %d. %m %y",
		names:    "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december",
		short:    "jan.|feb.|mar.|apr.|maj|jun.|jul.|aug.|sep.|okt.|nov.|dec.",
		weekdays: "søndag|mandag|tirsdag|onsdag|torsdag|fredag|lørdag",
		clock:    "15.04", point: ".", comma: ", ", and: " og ",
	},
	{
		tag: "nb",
		day: "%d. %m %y", days: "%d.–%D. %m %y", months: "%d. %m–%D. %M %y", years: "%d. %m %y–%D. %M %Y",
		dayMonth: "%d. %m", month: "%n %y", full: "%w %d. %m %y",
		names:    "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember",
		short:    "jan|feb|mar|apr|mai|jun|jul|aug|sep|okt|nov|des",
		weekdays: "søndag|mandag|tirsdag|onsdag|torsdag|fredag|lørdag",
		clock:    "15:04", point: nbsp, comma: ", ", and: " og ",
	},
	{
		tag: "fi",
		day: "%d. %m %y", days: "%d.–%D. %m %y", months: "%d. %m – %D. %M %y", years: "%d. %m %y – %D. %M %Y",
		dayMonth: "%d. %m", month: "%n %y", full: "%w %d. %m %y",
		names:    "tammikuuta|helmikuuta|maaliskuuta|huhtikuuta|toukokuuta|kesäkuuta|heinäkuuta|elokuuta|syyskuuta|lokakuuta|marraskuuta|joulukuuta",
		alone:    "tammikuu|helmikuu|maaliskuu|huhtikuu|toukokuu|kesäkuu|heinäkuu|elokuu|syyskuu|lokakuu|marraskuu|joulukuu",
		short:    "tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu",
		weekdays: "sunnuntai|maanantai|tiistai|keskiviikko|torstai|perjantai|lauantai",
		clock:    "15.04", point: nbsp, comma: ", ", and: " ja ",
	},
	{
		tag: "cs",
		day: "%d. %m %y", days: "%d.–%D. %m %y", months: "%d. %m – %D. %M %y", years: "%d. %m %y – %D. %M %Y",
		dayMonth: "%d. %m", month: "%n %y", full: "%w %d. %m %y",
		names:    "ledna|února|března|dubna|května|června|července|srpna|září|října|listopadu|prosince",
		alone:    "leden|únor|březen|duben|květen|červen|červenec|srpen|září|říjen|listopad|prosinec",
		short:    "led|úno|bře|dub|kvě|čvn|čvc|srp|zář|říj|lis|pro",
		weekdays: "neděle|pondělí|úterý|středa|čtvrtek|pátek|sobota",
		clock:    "15:04", point: nbsp, comma: ", ", and: " a ",
	},
	{
		tag: "tr",
		day: "%d %m %y", days: "%d–%D %m %y", months: "%d %m – %D %M %y", years: "%d %m %y – %D %M %Y",
		dayMonth: "%d %m", month: "%n %y", full: "%d %m %y %w",
		names:    "Ocak|Şubat|Mart|Nisan|Mayıs|Haziran|Temmuz|Ağustos|Eylül|Ekim|Kasım|Aralık",
		short:    "Oca|Şub|Mar|Nis|May|Haz|Tem|Ağu|Eyl|Eki|Kas|Ara",
		weekdays: "Pazar|Pazartesi|Salı|Çarşamba|Perşembe|Cuma|Cumartesi",
		clock:    "15:04", point: ".", comma: ", ", and: " ve ",
	},
	{
		tag: "ru",
		day: "%d %m %y г.", days: "%d–%D %m %y г.", months: "%d %m – %D %M %y г.", years: "%d %m %y г. – %D %M %Y г.",
		dayMonth: "%d %m", month: "%n %y г.", full: "%w, %d %m %y г.",
		names:    "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря",
		alone:    "январь|февраль|март|апрель|май|июнь|июль|август|сентябрь|октябрь|ноябрь|декабрь",
		short:    "янв.|февр.|март|апр.|май|июнь|июль|авг.|сент.|окт.|нояб.|дек.",
		weekdays: "воскресенье|понедельник|вторник|среда|четверг|пятница|суббота",
		clock:    "15:04", point: nbsp, comma: ", ", and: " и ",
	},
	{
		tag: "uk",
		day: "%d %m %y р.", days: "%d–%D %m %y р.", months: "%d %m – %D %M %y р.", years: "%d %m %y – %D %M %Y рр.",
		dayMonth: "%d %m", month: "%n %y р.", full: "%w, %d %m %y р.",
		names:    "січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня",
		alone:    "січень|лютий|березень|квітень|травень|червень|липень|серпень|вересень|жовтень|листопад|грудень",
		short:    "січ.|лют.|бер.|квіт.|трав.|черв.|лип.|серп.|вер.|жовт.|лист.|груд.",
		weekdays: "неділя|понеділок|вівторок|середа|четвер|пʼятниця|субота",
		clock:    "15:04", point: nbsp, comma: ", ", and: " і ",
	},
	{
		tag: "ja",
		day: "%y年%m月%d日", days: "%y年%m月%d日～%D日", months: "%y年%m月%d日～%M月%D日", years: "%y年%m月%d日～%Y年%M月%D日",
		dayMonth: "%m月%d日", month: "%y年%m月", full: "%y年%m月%d日%w",
		names: numberedMonths, short: asianMonths,
		weekdays: "日曜日|月曜日|火曜日|水曜日|木曜日|金曜日|土曜日",
		clock:    "15:04", point: ",", comma: "、", and: "、",
	},
	{
		tag: "zh-Hans",
		day: "%y年%m月%d日", days: "%y年%m月%d日至%D日", months: "%y年%m月%d日至%M月%D日", years: "%y年%m月%d日至%Y年%M月%D日",
		dayMonth: "%m月%d日", month: "%y年%m月", full: "%y年%m月%d日%w",
		names: numberedMonths, short: asianMonths,
		weekdays: "星期日|星期一|星期二|星期三|星期四|星期五|星期六",
		clock:    "15:04", point: ",", comma: "、", and: "和",
	},
	{
		tag: "ko",
		day: "%y년 %m월 %d일", days: "%y년 %m월 %d일~%D일", months: "%y년 %m월 %d일~%M월 %D일", years: "%y년 %m월 %d일~%Y년 %M월 %D일",
		dayMonth: "%m월 %d일", month: "%y년 %m월", full: "%y년 %m월 %d일 %w",
		names:    numberedMonths,
		short:    "1월|2월|3월|4월|5월|6월|7월|8월|9월|10월|11월|12월",
		weekdays: "일요일|월요일|화요일|수요일|목요일|금요일|토요일",
		clock:    "PM 3:04", am: "오전", pm: "오후", point: ",", comma: ", ", and: " 및 ",
	},
	{
		tag: "ar",
		day: "%d %m %y", days: ltr + "%d–%D" + end + " %m %y", months: "%d %m – %D %M %y", years: "%d %m %y – %D %M %Y",
		dayMonth: "%d %m", month: "%n %y", full: "%w، %d %m %y",
		names:    "يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر",
		short:    "يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر",
		weekdays: "الأحد|الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت",
		clock:    "3:04 PM", am: "ص", pm: "م", point: ",", comma: "، ", and: " و",
	},
	{
		tag: "he",
		day: "%d ב%m %y", days: ltr + "%d–%D" + end + " ב%m %y", months: "%d %m – %D %M %y", years: "%d %m %y – %D %M %Y",
		dayMonth: "%d ב%m", month: "%n %y", full: "%w, %d ב%m %y",
		names:    "ינואר|פברואר|מרץ|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר",
		short:    "ינו׳|פבר׳|מרץ|אפר׳|מאי|יוני|יולי|אוג׳|ספט׳|אוק׳|נוב׳|דצמ׳",
		weekdays: "יום ראשון|יום שני|יום שלישי|יום רביעי|יום חמישי|יום שישי|יום שבת",
		clock:    "15:04", point: ",", comma: ", ", and: " ו",
	},
	{
		tag: "fa",
		day: "%d %m %y", days: "%d تا %D %m %y", months: "%d %n تا %D %M %y", years: "%d %m %y تا %D %M %Y",
		dayMonth: "%d %n", month: "%m %y", full: "%w %d %m %y",
		names:    "ژانویهٔ|فوریهٔ|مارس|آوریل|مهٔ|ژوئن|ژوئیهٔ|اوت|سپتامبر|اکتبر|نوامبر|دسامبر",
		alone:    "ژانویه|فوریه|مارس|آوریل|مه|ژوئن|ژوئیه|اوت|سپتامبر|اکتبر|نوامبر|دسامبر",
		short:    "ژانویه|فوریه|مارس|آوریل|مه|ژوئن|ژوئیه|اوت|سپتامبر|اکتبر|نوامبر|دسامبر",
		weekdays: "یکشنبه|دوشنبه|سه\u200cشنبه|چهارشنبه|پنجشنبه|جمعه|شنبه",
		clock:    "15:04", point: "٬", zero: '۰', comma: "، ", and: " و ",
	},
	{
		tag: "hi",
		day: "%d %m %y", days: "%d–%D %m %y", months: "%d %m – %D %M %y", years: "%d %m %y – %D %M %Y",
		dayMonth: "%d %m", month: "%n %y", full: "%w, %d %m %y",
		names:    "जनवरी|फ़रवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|अक्टूबर|नवंबर|दिसंबर",
		short:    "जन॰|फ़र॰|मार्च|अप्रैल|मई|जून|जुल॰|अग॰|सित॰|अक्टू॰|नव॰|दिस॰",
		weekdays: "रविवार|सोमवार|मंगलवार|बुधवार|गुरुवार|शुक्रवार|शनिवार",
		clock:    "3:04 PM", am: "am", pm: "pm", point: ",", lakhs: true, comma: ", ", and: " और ",
	},
}

// neutral writes days for a language that has messages but no calendar here:
// numbers in the order of ISO 8601, which nobody can misread.
var neutral = &calendar{
	padded: true,
	day:    "%y-%m-%d", days: "%y-%m-%d – %Y-%M-%D", months: "%y-%m-%d – %Y-%M-%D", years: "%y-%m-%d – %Y-%M-%D",
	dayMonth: "%m-%d", month: "%y-%m", full: "%y-%m-%d",
	names: "01|02|03|04|05|06|07|08|09|10|11|12", short: "01|02|03|04|05|06|07|08|09|10|11|12",
	weekdays: "||||||", clock: "15:04", point: nnbsp, comma: ", ", and: ", ",
}
