package main

import (
	"errors"
	"math/big"
	"math/rand"
	"strconv"
	"strings"
	"time"
)

func digits(random *rand.Rand, most int) string {
	text := ""
	for range 1 + random.Intn(most) {
		text += string(rune('0' + random.Intn(10)))
		if random.Intn(25) == 0 {
			text += "_"
		}
	}
	return text
}

func someNumber(random *rand.Rand) string {
	text := pick(random, []string{"", "", "", "", "-", "+"})
	if random.Intn(8) == 0 {
		mantissa := pick(random, []string{"1", "f", "8", "0", "1f", ".8", "1.8", "abc.def", "_1", "1_0"})
		return text + pick(random, []string{"0x", "0X"}) + mantissa + pick(random, []string{"p", "P"}) + pick(random, []string{"", "-", "+"}) + digits(random, 3)
	}
	switch random.Intn(6) {
	case 0:
		text += "." + digits(random, 20)
	case 1:
		text += digits(random, 20) + "."
	case 2, 3:
		text += digits(random, 20) + "." + digits(random, 20)
	default:
		text += digits(random, 25)
	}
	if random.Intn(4) == 0 {
		text += pick(random, []string{"e", "E"}) + pick(random, []string{"", "-", "+"}) + digits(random, 3)
	}
	return text
}

var oddNumbers = []string{
	"", " ", " 1", "1 ", "1\n", "v2", "0x10", "0b11", "0o17", "1_000", "_1", "1_", "1__0", "1._5", "1_.5", "1e_5", "1e5_", "1_e5", "1e1_0", "0_1", "0x_1p-2", "0x1_p0", "0x1p_0", "0x._8p1", "0x_.8p1", "0x.p1", "0xp1", "0x1", "0x1p", "0x1.p1", "0x.8p1", ".", "+", "-", "+.", ".e1", "e1", "1e", "1e+", "1e+-1",
	"+1", "--1", "+-1", "-0", "+0", "0e999999", "-0e5", "1e308", "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1.8e308", "1e309", "1e999", "-1e999", "1e-400", "1e-323", "4.9e-324", "2e-324", "1e99999999999999999999", "1e-99999999999999999999", "0x1p1023", "0x1p1024", "0x1.fffffffffffff8p1023",
	"0x1p-1074", "0x1p-1075", "0x1p-1076", "0x1p-99999", "0x1p99999", "inf", "Inf", "INF", "+inf", "-inf", "infinity", "InFiNiTy", "-Infinity", "infi", "infinit", "infinityy", "inf1", "nan", "NaN", "NAN", "+nan", "-nan", "nan1", "1,5", "1.5.5", "1f", "1d", "١", "１", "9007199254740993", strings.Repeat("9", 308), strings.Repeat("9", 309),
	strings.Repeat("9", 400), "0." + strings.Repeat("0", 400) + "1", "1" + strings.Repeat("0", 400) + "e-400", "0x" + strings.Repeat("f", 40) + "p0", "1e5e5", "0X1P5", "00012", "-.5", "5.", "123e4567", "7e12345", "1E5", "12e3",
}

func floats(random *rand.Rand) []row {
	texts := append([]string{}, oddNumbers...)
	for range 800 {
		texts = append(texts, someNumber(random))
	}
	for range 500 {
		texts = append(texts, damage(random, someNumber(random), "_.eExXpP+-0fi"))
	}
	var rows []row
	for _, text := range texts {
		value, err := strconv.ParseFloat(text, 64)
		rows = append(rows, row{text, strconv.FormatFloat(value, 'g', 17, 64), errorText(err)})
	}
	return rows
}

// exact is the number in full; digits written out may be more than a float can hold. big.Rat reads no single underscores between decimals, so they go first.
func exact(text string) (*big.Rat, bool) {
	value, err := strconv.ParseFloat(text, 64)
	if errors.Is(err, strconv.ErrRange) && !strings.ContainsAny(text, "eEpP") {
		err = nil
	}
	if err != nil || value != value {
		return nil, false
	}
	plain := strings.ReplaceAll(text, "_", "")
	// A leading zero would make big.Rat read an octal number.
	sign := ""
	if strings.HasPrefix(plain, "-") || strings.HasPrefix(plain, "+") {
		sign, plain = plain[:1], plain[1:]
	}
	if !strings.ContainsAny(plain, "xX") {
		plain = strings.TrimLeft(plain, "0")
		if plain == "" || plain[0] < '0' || plain[0] > '9' {
			plain = "0" + plain
		}
	}
	return new(big.Rat).SetString(sign + plain)
}

func numberOrder(random *rand.Rand) []row {
	var rows []row
	add := func(left, right string) {
		a, okA := exact(left)
		b, okB := exact(right)
		if okA && okB {
			rows = append(rows, row{left, right, a.Cmp(b)})
		}
	}
	fixed := []string{"1", "01", "1.0", "1.", "+1", "1e0", "10e-1", "0x1p0", "0x10p-4", "0.999999999999999999999", "1.000000000000000000001", "9007199254740992", "9007199254740993", "9007199254740992.5", "-9007199254740993", "1e-400", "0", "-0", "0x1p-2", "0.25", "0.2500000000000000000000000001", strings.Repeat("9", 320), "1" + strings.Repeat("0", 320), "-" + strings.Repeat("9", 320)}
	for _, left := range fixed {
		for _, right := range fixed {
			add(left, right)
		}
	}
	for len(rows) < 1500 {
		left := someNumber(random)
		right := someNumber(random)
		if random.Intn(2) == 0 {
			right = damage(random, left, "0123456789")
		}
		add(left, right)
	}
	return rows
}

func quotes(random *rand.Rand) []row {
	runes := []rune{0, 1, 7, 8, 9, 10, 11, 12, 13, 27, 31, ' ', '"', '\'', '\\', '`', 'a', '~', 0x7f, 0x80, 0x85, 0xa0, 0xad, 0xe9, 0x300, 0x3bc, 0x200b, 0x2028, 0x3000, 0x65e5, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff, 0x1f600, 0x10ffff, 0xe0001}
	var rows []row
	add := func(text string) {
		rows = append(rows, row{text, strconv.Quote(text), strconv.QuoteToASCII(text)})
	}
	add("")
	for _, r := range runes {
		add(string(r))
	}
	for range 200 {
		text := ""
		for range random.Intn(8) {
			text += string(runes[random.Intn(len(runes))])
		}
		add(text)
	}
	return rows
}

func durations(random *rand.Rand) []row {
	texts := []string{
		"", "0", "+0", "-0", "00", "0s", "5", "-5", "1h", "1h30m", "-1.5h", "+1h", ".5s", "5.s", ".s", "-.s", "1.s", "1e3s", "1 s", " 1s", "1s ", "1d", "1w", "1H", "1S", "1µs", "1μs", "1us", "1ns", "1.5ns", "0.9ns", "1ms1", "1m1", "3000000h", "9223372036854775807ns", "9223372036854775808ns", "-9223372036854775808ns", "-9223372036854775809ns",
		"9223372036854775.807us", "9223372036.854775807s", "9223372036.854775808s", "0.100000000000000000000h", "0.3333333333333333333h", "0.9223372036854775807h", "0.99999999999999999999s", "1.000000000000000000000000001s", "2562047h47m16.854775807s", "2562047h47m16.854775808s", "1h1h", "1s1h", "--1s", "1..5s", "1.5.5s", "1h-1m", "é", "1é", "1\ns", "\"1\"", "1\\", "∞s", "99999999999999999999s", "1_000s", "0x1s", "10m0s", "1m5.25s", "100ms", "1.0000001ms", strings.Repeat("1s", 50),
	}
	for range 500 {
		text := pick(random, []string{"", "", "-", "+"})
		for range 1 + random.Intn(3) {
			text += pick(random, []string{"1", "30", "0", "007", "1.5", ".25", "0.123456789", "12345678", "2."}) + pick(random, []string{"h", "m", "s", "ms", "us", "µs", "ns"})
		}
		if random.Intn(4) == 0 {
			text = damage(random, text, "0.-+smhx é")
		}
		texts = append(texts, text)
	}
	var rows []row
	for _, text := range texts {
		value, err := time.ParseDuration(text)
		rows = append(rows, row{text, strconv.FormatInt(int64(value), 10), errorText(err)})
	}
	return rows
}

func durationTexts(random *rand.Rand) []row {
	values := []int64{0, 1, -1, 999, 1000, 1001, 1100, 999999, 1000000, 1500000, 999999999, 1000000000, 1500000000, 59999999999, 60000000000, 3599999999999, 3600000000000, 5400000000000, 86400000000000, 9223372036854775807, -9223372036854775808}
	for range 200 {
		values = append(values, random.Int63()>>random.Intn(63))
	}
	var rows []row
	for _, value := range values {
		rows = append(rows, row{strconv.FormatInt(value, 10), time.Duration(value).String()})
	}
	return rows
}
