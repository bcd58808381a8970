package main

import (
	"math/rand"
	"regexp"
	"strings"
)

var atoms = []string{
	"a", "b", "c", "1", "-", ".", "é", "日", "K", "ſ", `\d`, `\D`, `\w`, `\W`, `\s`, `\S`, `\b`, `\B`, "^", "$", `\A`, `\z`, `\.`, `\-`, `\x41`, `\x{65e5}`, `\101`, `\pL`,
	`\p{Greek}`, `\PN`, `\p{^Lu}`, "[abc]", "[^abc]", "[a-c1-3]", "[[:alpha:]]", "[^[:digit:]]", "[[:^space:]]", `[\d\-]`, `[^\w]`, "[]a]", "[-a]", "[a-]", `\Qa.b\E`, `\Q(`, `\t`, `\a`,
	"(?i)", "(?s)", "(?m)", "(?U)", "(?-i)", "[0-9]+", "[0-9a-f]{7}", "v?", "()", "(?:)", "|", "a|ab", "ab|a",
}

var repetitions = []string{"*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{2}?", "{0}", "{,2}", "{1", "{}"}

func somePattern(random *rand.Rand, depth int) string {
	text := ""
	for range 1 + random.Intn(4) {
		part := pick(random, atoms)
		if depth > 0 && random.Intn(3) == 0 {
			inner := somePattern(random, depth-1)
			part = pick(random, []string{"(", "(", "(?:", "(?i:", "(?P<n" + string(rune('a'+random.Intn(26))) + ">", "(?<g" + string(rune('a'+random.Intn(26))) + ">"}) + inner + ")"
		}
		if random.Intn(3) == 0 {
			part += pick(random, repetitions)
		}
		text += part
	}
	if random.Intn(5) == 0 {
		text = "^" + text + "$"
	}
	return text
}

var letters = []string{"a", "b", "c", "1", "2", "-", ".", "A", "K", "k", "s", "é", "日", "\n", " ", "_", "f12a34b", "😀", "ab", "\u212a"}

func someText(random *rand.Rand) string {
	text := ""
	for range random.Intn(9) {
		text += pick(random, letters)
	}
	return text
}

var templates = []string{
	"", "$0", "$1", "$2", "${1}", "${1}x", "$1x", "$$", "$$1", "$", "a$", "${", "${}", "${1", "$-", "$na", "${na}", "$na-$nb", "$01", "${01}", "$00", "$10", "$999999999", "$1000000000", "$é", "${é}",
	"$1é", "x$0y$0z", "${ 1}", "${1 }", "$nope", "$_", "${1}${2}", "$1$2", "$1-$2", "$ts.0", "$$$0", "$$$", "{$1}", "\\$1", "${-}", "$1_", "😀$0", "$y.$m.0", "$ym",
}

var tagPatterns = []string{
	`^branch-dev-(?P<ts>[0-9]+)-[0-9a-f]+$`, `^main-[a-f0-9]+-(?P<ts>[0-9]+)`, `(?P<y>\d{4})-(?P<m>\d\d)`, `v?(\d+)\.(\d+)`, `(?P<na>a+)|(?P<nb>b+)`, `(?P<01>\d)`, `(?P<1x>\d)(x)?`, `(a)(b)?(c)?`, `()`, ``,
	`(?P<_>.)`, `(?P<ts>[0-9]{8}T[0-9]{6}Z)`, `(?P<na>é+)`, `^(?:sha-)?(?P<na>[0-9a-f]{7})`,
}

var tagTexts = []string{
	"branch-dev-1715557000-f12a34b", "branch-dev-1715557000-f12a34b-x", "main-abc-123", "2024-05", "x2024-05-06", "v1.22.3", "aab", "bba", "abc", "a1x", "", "éé1", "20240101T120000Z", "sha-f12a34b", "latest", "😀ab",
}

func expansions(random *rand.Rand) []row {
	var rows []row
	add := func(pattern, text, template string) {
		compiled, err := regexp.Compile(pattern)
		if err != nil {
			return
		}
		match := compiled.FindStringSubmatchIndex(text)
		if match == nil {
			return
		}
		rows = append(rows, row{pattern, text, template, string(compiled.ExpandString(nil, template, text, match))})
	}
	for _, pattern := range tagPatterns {
		for _, text := range tagTexts {
			for range 8 {
				add(pattern, text, pick(random, templates))
			}
		}
	}
	for len(rows) < 1500 {
		add(somePattern(random, 2), someText(random), damage(random, pick(random, templates)+pick(random, templates), "${}1a_é"))
	}
	return rows
}

var oddPatterns = []string{
	"", "(", ")", "(()", "())", "[", "[a", "[]", "[^]", "[]]", "[z-a]", "[a-\\d]", "[\\d-z]", "[[:foo:]]", "[[:alpha:]", "[:alpha:]", "a**", "a*+", "a+*", "a??", "a???", "*", "+a", "?", "a|*", "(*)", "^*", "$+", `\`, `a\`, `\8`, `\0`, `\00`,
	`\1`, `\k<n>`, `\C`, `\X`, `\Z`, `\z`, `\G`, `\h`, `\y`, `\é`, `\_`, `\-`, `\x`, `\x4`, `\xg`, `\x{`, `\x{}`, `\x{110000}`, `\x{41`, `\u0041`, `\p`, `\p{`, `\p{}`, `\p{Foo}`, `\pX`, `\p{L`, `\p{^L}`, `\P{^L}`, `[\p{Foo}]`, `[\8]`, "(?", "(?:", "(?i", "(?i)", "(?z)",
	"(?i-)", "(?-)", "(?i--m)", "(?P", "(?P<", "(?P<n", "(?P<n>", "(?P<>a)", "(?P<n-m>a)", "(?P<é>a)", "(?P<1>a)", "(?P=n)", "(?P>n)", "(?<n>a)", "(?<n", "(?<>a)", "(?<=a)", "(?<!a)", "(?=a)", "(?!a)", "(?!x)", "(?>a)", "(?#c)", "(?|a)", "(?'n'a)", "(?&n)",
	"(?P<n>a)(?P<n>b)", "(?P<n>a)(?<n>b)", "a{1001}", "a{1000}", "a{1,1001}", "a{2,1}", "a{1000}{2}", "(a{1000}){1000}", "((a{100}){100}){100}", "((a{10}){10}){10}", "((a{10}){10}){11}", "a{", "a{1", "a{1,", "a{,1}", "a{}", "a{1}{2}", "a{99999999999}", "a{-1}", "x{2}{2}*", "(?i)(?s", "a(?i)b", "(?i:a", "[a-z", "[^",
	`[\`, `[a\]`, `\Q`, `\Qa`, `\Q\E`, `\Qa\Eb`, `\E`, `a\Eb`, "\\Q*\\E*", "\x00", "a\nb", "\u2028", "(?m)^a$", "(?s).", "(?U)a+", strings.Repeat("(", 999) + strings.Repeat(")", 999), strings.Repeat("(", 1001) + strings.Repeat(")", 1001), strings.Repeat("(?:", 1001) + "a" + strings.Repeat(")", 1001), strings.Repeat("a?", 200),
	"(((((((((a{2}){2}){2}){2}){2}){2}){2}){2}){2}){2}", "(?:(?:a{1000}){1000}){1000}", "[[:word:]]", "[[:^word:]]", "[[.a.]]", "[[=a=]]", "[a-b-c]", "[--a]", "[a--]", "[+--]", "[\\-a]", "[\\w-a]", "(|a)*", "(a|)+", "(a*)*", "(a*)+", "(?:a*)+?", "\\b*", "\\b+", "(?:^)*", "^^", "$$", "(?i)ſ", "(?i)K", "[[:upper:]&&[:alpha:]]", "a++", "a{1}+", "\\p{IsGreek}", "\\p{Script=Greek}", "\\p{Any}", "\\p{Lu}", "\\pLu", "\\p{Cn}", "\\p{LC}", "\\p{ASCII}", "\\p{Assigned}", "\\p{lu}", "\\p{greek}", "\\p{Letter}", "\\p{Uppercase_Letter}",
}

func regexpErrors(random *rand.Rand) []row {
	patterns := append([]string{}, oddPatterns...)
	for range 900 {
		patterns = append(patterns, damage(random, damage(random, somePattern(random, 2), `\()[]{}*+?|^$P<>-:`), `\()[]{}*+?|^$P<>-:`))
	}
	var rows []row
	for _, pattern := range patterns {
		_, err := regexp.Compile(pattern)
		rows = append(rows, row{pattern, errorText(err)})
	}
	return rows
}

func regexpMatches(random *rand.Rand) []row {
	var rows []row
	for len(rows) < 1500 {
		compiled, err := regexp.Compile(somePattern(random, 2))
		if err != nil {
			continue
		}
		text := someText(random)
		groups := compiled.FindStringSubmatchIndex(text)
		var found []any
		for i := 0; i < len(groups); i += 2 {
			if groups[i] < 0 {
				found = append(found, nil)
			} else {
				found = append(found, text[groups[i]:groups[i+1]])
			}
		}
		limit := random.Intn(5) - 1
		rows = append(rows, row{
			compiled.String(), text, found, limit, nonNil(compiled.FindAllString(text, limit)), nonNil(compiled.Split(text, limit)),
			compiled.ReplaceAllString(text, "<$1>"), compiled.ReplaceAllLiteralString(text, "<$1>"), regexp.QuoteMeta(text),
		})
	}
	return rows
}

func nonNil(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}
