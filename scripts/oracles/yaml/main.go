// Prints values with the YAML that sigs.k8s.io/yaml makes of them: what `flux ... --export` prints.
package main

import (
	"encoding/json"
	"math/rand"
	"os"
	"strings"

	"sigs.k8s.io/yaml"
)

type row struct {
	Value any    `json:"value"`
	YAML  string `json:"yaml"`
}

var texts = []string{
	"", " ", "a", " a", "a ", "a b", "a: b", "a:b", "a :b", "a:", ":a", ": a", "a #b", "a#b", "#a", "- a", "-a", "-", "--", "---", "--- a", "...", "... a",
	"? a", "?a", "?", ",a", "a,b", "[a]", "a[b]", "{a}", "a{b}", "&a", "*a", "!a", "!!str a", "|a", ">a", ">=1.0.0", "'a'", "a'b", "\"a\"", "a\"b", "%a", "a%", "@a", "`a",
	"true", "True", "TRUE", "tRUE", "yes", "Yes", "no", "on", "off", "y", "Y", "n", "N", "null", "Null", "NULL", "~", "nil",
	"1", "01", "0x1F", "0b11", "0o17", "017", "1_000", "_1", "1.0", "1.", ".5", ".", "1e3", "1e", "+1", "-1", "+a", ".inf", "-.inf", ".Inf", ".nan", ".NaN", "Inf", "NaN", "inf",
	"12:30", "1:20:30", "12:30:45.5", "190:20:30", "2024-01-02", "2024-1-2", "2024-01-02T03:04:05Z", "2024-01-02 03:04:05", "2026-11-23T16:22:51.919214478Z", "2024-01", "10m0s", "5m", "1.2.3", "v1",
	"=", "<<", "a\nb", "a\nb\n", "a\n\n", "\na", "\n", "  a\nb", "a\n  b\n", "a \nb", "\ta", "a\tb", "a\t", "tab\there: x", "a\r\nb", "\r", "é", "日本", "😀", "a\u00a0b", "\u2028", "\x00", "\x07bell", "\x1b[0m", "\x7f", "\u200b",
	"^.*\\.sig$", "^main-[a-f0-9]+-(?P<ts>[0-9]+)$", "$ts", "${1}", "./", "./apps/dev", "flux@example.com", "http://127.0.0.1:5080/small.git", "127.0.0.1:5000/solo", "ghcr.io/a/b", "refs/pull/1/head", "a/b:c", "x: 'y' \"z\"",
	"{{ .AutomationObject }}", "{{ range .Changed.Objects -}}\n- {{ . }}\n{{ end }}", "Automated image update\n\nAutomation name: {{ .AutomationObject }}\n",
	strings.Repeat("word ", 30) + "end", strings.Repeat("x", 100) + " " + strings.Repeat("y", 100), strings.Repeat("it's: ", 30) + "end", "'" + strings.Repeat("some text ", 20) + "'", strings.Repeat("tab\t and ", 20) + "end", strings.Repeat("a  b ", 40) + "c",
	strings.Repeat("k", 150),
}

// Keys of Kubernetes objects are; ours need not be written otherwise.
func oneLine(text string) bool {
	return !strings.ContainsAny(text, "\n\r\u2028")
}

func main() {
	var rows []row
	add := func(value any) {
		text, err := yaml.Marshal(value)
		if err != nil {
			// JSON that YAML cannot read (control characters): nobody sees it from Flux either.
			return
		}
		rows = append(rows, row{value, string(text)})
	}
	for _, text := range texts {
		add(map[string]any{"spec": map[string]any{"key": text}})
		add(map[string]any{"list": []any{text, "next"}})
		if len(text) < 60 && oneLine(text) {
			add(map[string]any{text: "value"})
		}
	}
	for _, value := range []any{
		map[string]any{}, map[string]any{"a": []any{}}, map[string]any{"a": map[string]any{}}, map[string]any{"a": nil, "b": true, "c": false, "d": 1, "e": -1.5, "f": 1e30, "g": 123456789012},
		map[string]any{"a": []any{map[string]any{"b": 1, "a": "x"}, []any{1, []any{}, "two\nlines\n"}, map[string]any{}}},
		map[string]any{"b10": 1, "b9": 1, "B": 1, "_": 1, "a-b": 1, "ab": 1, "a1": 1, "a02": 1, "a2": 1},
		map[string]any{"z": map[string]any{"deep": map[string]any{"list": []any{map[string]any{"matchLabels": map[string]any{"team": "a"}}}}}},
	} {
		add(value)
	}
	random := rand.New(rand.NewSource(7))
	alphabet := []rune("ab1 :#-'\"\n\t{}[],&*!|>%@`?=.~$\\_é")
	for range 700 {
		length := 1 + random.Intn(9)
		var text []rune
		for range length {
			text = append(text, alphabet[random.Intn(len(alphabet))])
		}
		add(map[string]any{"k": string(text)})
		if random.Intn(4) == 0 && oneLine(string(text)) {
			add(map[string]any{"l": []any{string(text)}, string(text): 1})
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	for _, row := range rows {
		if err := encoder.Encode(row); err != nil {
			panic(err)
		}
	}
}
