package main

import (
	"math/rand"
	"strings"

	"github.com/Masterminds/semver/v3"
)

var universe = []string{
	"0.0.0", "0.0.1", "0.0.3", "0.1.0", "0.1.9", "0.2.3", "1.0.0", "1.0.9", "1.1.0", "1.2.0", "1.2.3", "1.2.4", "1.2.9",
	"1.3.0", "1.10.0", "2.0.0", "2.1.0", "2.1.7", "10.0.0", "1.2.3-rc.1", "1.2.3-rc.2", "1.2.3-alpha", "1.3.0-0",
	"2.0.0-rc.1", "2.0.0-0", "0.0.0-a", "0.0.1-a", "1.2.3+build", "v1.2.3", "1.2", "1", "18446744073709551615.0.0",
	"9007199254740993.0.0", "9007199254740992.0.0", "2025.7.3", "20240101", "1.2.0-beta.11", "1.2.0-beta.2",
}

var segments = []string{
	"0", "1", "2", "3", "9", "10", "11", "00", "01", "007", "2024", "20240101", "9007199254740991", "9007199254740992", "9007199254740993",
	"18446744073709551615", "18446744073709551616", "99999999999999999999999", "00000000000000000000000000000001",
}

var identifiers = []string{
	"0", "1", "9", "10", "01", "rc", "rc1", "rc10", "alpha", "Alpha", "beta", "-", "--1", "-1", "0a", "00a", "x", "99999999999999999999999",
	"18446744073709551615", "18446744073709551616", "a-b",
}

func somePrerelease(random *rand.Rand) string {
	parts := make([]string, 1+random.Intn(3))
	for i := range parts {
		parts[i] = pick(random, identifiers)
	}
	return strings.Join(parts, ".")
}

func someVersion(random *rand.Rand) string {
	text := ""
	if random.Intn(5) == 0 {
		text = "v"
	}
	count := []int{1, 2, 3, 3, 3, 3, 3, 4}[random.Intn(8)]
	for i := range count {
		if i > 0 {
			text += "."
		}
		if random.Intn(3) == 0 {
			text += pick(random, segments)
		} else {
			text += pick(random, segments[:7])
		}
	}
	if random.Intn(3) == 0 {
		text += "-" + somePrerelease(random)
	}
	if random.Intn(8) == 0 {
		text += "+" + somePrerelease(random)
	}
	return text
}

func versions(random *rand.Rand) []row {
	texts := []string{
		"", "v", "V1.2.3", " 1.2.3", "1.2.3 ", "1.2.3\n", "\v1", "1..2", ".1.2", "1.2.", "1.2.3-", "1.2.3+", "1.2.3-+b", "1.2.3-a+", "1.2.3-a..b",
		"1.2.3+a..b", "1.2.3-a+b-c.d", "1.2.3-01", "1.2.3-1.01", "1.2.3-01a", "1.2.3+01", "1-2-3", "1.2-3.4", "1-rc.1.0", "=1.2.3", "1.x", "x",
		"1,2,3", "1.2.3_4", "é1.2.3", "1.2.3-é", "１.2.3", "1.2.3-" + strings.Repeat("a", 250), "1.2.3-" + strings.Repeat("a", 251),
		strings.Repeat("0", 250) + "1.2.3", strings.Repeat("0", 253) + "1.2.3", strings.Repeat("é", 129), "+1", "-1", "1e5", "0x10", "1_000.0.0",
	}
	for range 1100 {
		texts = append(texts, someVersion(random))
	}
	for range 500 {
		texts = append(texts, damage(random, someVersion(random), "0.-+vx_ é"))
	}
	var rows []row
	for _, text := range texts {
		version, err := semver.NewVersion(text)
		if err != nil {
			rows = append(rows, row{text, nil, err.Error()})
			continue
		}
		rows = append(rows, row{text, version.String(), nil})
	}
	return rows
}

func versionOrder(random *rand.Rand) []row {
	var rows []row
	for len(rows) < 1500 {
		left, errLeft := semver.NewVersion(someVersion(random))
		right, errRight := semver.NewVersion(someVersion(random))
		if random.Intn(2) == 0 && errLeft == nil {
			next, err := semver.NewVersion(strings.SplitN(strings.SplitN(left.Original(), "+", 2)[0], "-", 2)[0] + "-" + somePrerelease(random))
			right, errRight = next, err
		}
		if errLeft == nil && errRight == nil {
			rows = append(rows, row{left.Original(), right.Original(), left.Compare(right)})
		}
	}
	return rows
}

var operators = []string{"", "", "", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^"}

func someBound(random *rand.Rand) string {
	parts := make([]string, []int{1, 2, 2, 3, 3, 3, 4}[random.Intn(7)])
	for i := range parts {
		switch random.Intn(8) {
		case 0:
			parts[i] = pick(random, []string{"x", "X", "*", "x", "*", "xx", "1x", "1|2"})
		case 1:
			parts[i] = pick(random, segments)
		default:
			parts[i] = pick(random, segments[:7])
		}
	}
	text := strings.Join(parts, ".")
	if random.Intn(6) == 0 {
		text = "v" + text
	}
	if random.Intn(4) == 0 {
		text += "-" + pick(random, []string{"0", "rc.1", "alpha", "beta.2", "01", "rc.1.01", "x"})
	}
	if random.Intn(12) == 0 {
		text += "+b1"
	}
	return text
}

func someConstraint(random *rand.Rand) string {
	var groups []string
	for range []int{1, 1, 1, 2, 2, 3}[random.Intn(6)] {
		group := ""
		for i := range []int{1, 1, 2, 2, 3}[random.Intn(5)] {
			if i > 0 {
				group += pick(random, []string{" ", " ", ",", ", ", " , ", "  ", "\t", " ,  "})
			}
			if random.Intn(8) == 0 {
				group += someBound(random) + pick(random, []string{" - ", " - ", "  -  ", " -", "- ", "\t-\n"}) + someBound(random)
				continue
			}
			group += pick(random, operators) + pick(random, []string{"", "", "", " ", "  "}) + someBound(random)
		}
		groups = append(groups, pick(random, []string{"", "", " "})+group+pick(random, []string{"", "", " "}))
	}
	return strings.Join(groups, "||")
}

var oddConstraints = []string{
	"", " ", "*", "x", "X", "* *", "*,*", "||", "1||", "||1", "1 || || 2", "1,", ",1", "1,,2", "1 ,2", "1\v2", "1\u00a02", "=", ">=", "=1=2", "=>1", "=<1", "==1", "~=1",
	"><1", ">1<2", "> 1 < 2", "1 - 2", "1 -2", "1- 2", "1-2", "1 - 2 - 3", "1 - 2 || 3 - 4", "1 - 2||3 - 4", "1-a - 2-b", ">=1 - 2", "1 - 2, 3", "v1 - v2",
	"1.2.3 - 1.2", "* - 2", "1 - *", "1.2 - x.3", "x.1.2", "*.*.3", "1.x.3", "1.*.*", "~x", "^x", "!=x", ">x", "<x", ">=x", "<=x", "=x", "~0", "~0.0", "~0.0.0", "^0.0.0",
	"^0.0", "^0", "^0.0.0-a", "~0.0.0-a", "!=1.2", "!=1.2-rc.1", "!=1-rc.1", ">1-rc.1", "<=1.2-rc.1", "^1.2-rc.1", "~1.2-rc.1", "1.2-rc.1", "*-0", ">=0-0", ">=0.0.0-0",
	">=1.0.0-rc.1 <2.0.0", ">=1.0.0 <2.0.0-0", "1|2", "|", "1|", "|1", "1.2|3", "1.0.0p", "a", "-1", "+1", "1+b", "1.2.3+b", "1.2.3-rc+b", "01.02.03", "1.2.3-01",
	"\"1\"", "'1'", "1\n", "\n1", "1\n2", "1 \"", "é", "1é", "1.2.3-é", "\t1\t", "18446744073709551615", "18446744073709551616", "^18446744073709551615.0.0",
	strings.Repeat("1 || ", 31) + "1", strings.Repeat("1 || ", 32) + "1", strings.Repeat(" ", 511) + "1", strings.Repeat(" ", 512) + "1",
	"1.2.3-" + strings.Repeat("a", 250), "1.2.3-" + strings.Repeat("a", 251), strings.Repeat("é", 257), strings.Repeat("1  ", 150) + "!",
}

func constraints(random *rand.Rand) []row {
	texts := append([]string{}, oddConstraints...)
	for range 700 {
		texts = append(texts, someConstraint(random))
	}
	for range 300 {
		texts = append(texts, damage(random, someConstraint(random), "<>=!~^|,. -xX*v0"))
	}
	rows := []row{{universe}}
	for _, text := range texts {
		constraint, err := semver.NewConstraint(text)
		if err != nil {
			rows = append(rows, row{text, nil, err.Error()})
			continue
		}
		accepted := ""
		for _, version := range universe {
			if constraint.Check(semver.MustParse(version)) {
				accepted += "1"
			} else {
				accepted += "0"
			}
		}
		rows = append(rows, row{text, accepted, nil})
	}
	return rows
}

func constraintReasons() []row {
	var rows []row
	ranges := []string{
		"1.2.3", "=1.2", "!=1.2.3", "!=1", "!=1.2", ">1.2.3", ">1", ">1.2", "<1.2.3", "<1", ">=1.2.3", ">=1.2", "<=1.2.3", "<=1", "<=1.2", "~1.2.3", "~1", "~1.2",
		"^1.2.3", "^0.1", "^0.0", "^0.0.3", "^0", "^0.1.3", "1.2.3 || 2", ">=1 <2", ">=v1.2.3-rc.1 <1.2.3", "<0.0.0", "1.0.0 || >=1.2.3-rc.2 || <0.0.1", "x, >3", "!=1.2-rc.1",
	}
	for _, text := range ranges {
		constraint, err := semver.NewConstraint(text)
		if err != nil {
			panic(err)
		}
		for _, version := range universe {
			_, problems := constraint.Validate(semver.MustParse(version))
			reasons := []string{}
			for _, problem := range problems {
				reasons = append(reasons, problem.Error())
			}
			rows = append(rows, row{text, version, reasons})
		}
	}
	return rows
}
