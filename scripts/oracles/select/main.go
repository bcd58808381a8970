// Command select writes what Go's own libraries answer to many odd inputs, for src/go and src/pipeline/select to agree with.
//
//	cd scripts/oracles/select && go run . > ../../../test/golden/select-go.json
//
// The inputs are made with a fixed seed: the same toolchain and libraries give the same file. A number as argument is
// another seed, and gives other inputs.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"strings"
)

type row []any

type section struct {
	name string
	rows []row
}

func main() {
	seed := int64(1)
	if len(os.Args) > 1 {
		given, err := strconv.ParseInt(os.Args[1], 10, 64)
		if err != nil {
			panic(err)
		}
		seed = given
	}
	random := rand.New(rand.NewSource(seed))
	sections := []section{
		{"versions", versions(random)},
		{"versionOrder", versionOrder(random)},
		{"constraints", constraints(random)},
		{"constraintReasons", constraintReasons()},
		{"expand", expansions(random)},
		{"regexpErrors", regexpErrors(random)},
		{"regexpMatches", regexpMatches(random)},
		{"floats", floats(random)},
		{"numberOrder", numberOrder(random)},
		{"quotes", quotes(random)},
		{"durations", durations(random)},
		{"durationTexts", durationTexts(random)},
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprint(out, "{\n")
	for i, section := range sections {
		fmt.Fprintf(out, "%q: [\n", section.name)
		for j, row := range section.rows {
			fmt.Fprint(out, encode(row), separator(j, len(section.rows)))
		}
		fmt.Fprint(out, "]", separator(i, len(sections)))
	}
	fmt.Fprint(out, "}\n")
}

func separator(index, length int) string {
	if index == length-1 {
		return "\n"
	}
	return ",\n"
}

func encode(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// errorText is the error as JSON shows it: null when there is none.
func errorText(err error) any {
	if err == nil {
		return nil
	}
	return err.Error()
}

func pick(random *rand.Rand, from []string) string {
	return from[random.Intn(len(from))]
}

// damage changes one place of a text, so that it is often nearly right.
func damage(random *rand.Rand, text string, with string) string {
	runes := []rune(text)
	extra := []rune(with)
	at := random.Intn(len(runes) + 1)
	letter := extra[random.Intn(len(extra))]
	switch kind := random.Intn(3); {
	case kind == 0 || len(runes) == 0 || at == len(runes):
		return string(runes[:at]) + string(letter) + string(runes[at:])
	case kind == 1:
		return string(runes[:at]) + string(runes[at+1:])
	default:
		return string(runes[:at]) + string(letter) + string(runes[at+1:])
	}
}
