// Command template answers, with Go's own text/template and the real sprig, what a commit message template renders to.
//
// It reads cases/*.txt and cases/data.json and writes JSON: for each template its output, or the error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"tidemark.dev/oracles/template/source"
	"tidemark.dev/oracles/template/update"
)

type inputData struct {
	Automation struct {
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	} `json:"automation"`
	Values  map[string]string `json:"values"`
	Changes []struct {
		File       string `json:"file"`
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Name       string `json:"name"`
		Namespace  string `json:"namespace"`
		Old        string `json:"old"`
		New        string `json:"new"`
		Setter     string `json:"setter"`
	} `json:"changes"`
}

type result struct {
	Area     string  `json:"area"`
	Data     string  `json:"data"`
	Template string  `json:"template"`
	Output   *string `json:"output,omitempty"`
	Error    string  `json:"error,omitempty"`
}

func main() {
	folder := "cases"
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}
	if err := run(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(folder string) error {
	raw, err := os.ReadFile(filepath.Join(folder, "data.json"))
	if err != nil {
		return err
	}
	var data map[string]json.RawMessage
	if err := json.Unmarshal(raw, &data); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil {
		return err
	}
	cases := []result{}
	for _, file := range files {
		answered, err := answerFile(file, data)
		if err != nil {
			return err
		}
		cases = append(cases, answered...)
	}
	return write(data, cases)
}

// answerFile reads one template a line. A line that starts with a double quote is a JSON string, `#` starts a comment,
// and `@name` says over which data the next ones run.
func answerFile(file string, data map[string]json.RawMessage) ([]result, error) {
	input, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer input.Close()
	area := strings.TrimSuffix(filepath.Base(file), ".txt")
	name := "default"
	var cases []result
	lines := bufio.NewScanner(input)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text := lines.Text()
		switch {
		case text == "" || strings.HasPrefix(text, "#"):
			continue
		case strings.HasPrefix(text, "@"):
			name = text[1:]
			continue
		case strings.HasPrefix(text, `"`):
			if err := json.Unmarshal([]byte(text), &text); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", file, text, err)
			}
		}
		answer, err := answer(text, data[name])
		if err != nil {
			return nil, err
		}
		answer.Area, answer.Data = area, name
		cases = append(cases, answer)
	}
	return cases, lines.Err()
}

func answer(text string, raw json.RawMessage) (result, error) {
	var input inputData
	if err := json.Unmarshal(raw, &input); err != nil {
		return result{}, err
	}
	parsed, err := template.New("commit message").Funcs(sprig.HermeticTxtFuncMap()).Parse(text)
	if err != nil {
		return result{Template: text, Error: err.Error()}, nil
	}
	var output strings.Builder
	if err := parsed.Execute(&output, templateData(input)); err != nil {
		return result{Template: text, Error: err.Error()}, nil
	}
	rendered := output.String()
	return result{Template: text, Output: &rendered}, nil
}

func templateData(input inputData) source.TemplateData {
	changed := update.Result{}
	for _, change := range input.Changes {
		id := update.ObjectIdentifier{ResourceIdentifier: yaml.ResourceIdentifier{
			TypeMeta: yaml.TypeMeta{APIVersion: change.APIVersion, Kind: change.Kind},
			NameMeta: yaml.NameMeta{Name: change.Name, Namespace: change.Namespace},
		}}
		if changed.FileChanges == nil {
			changed.FileChanges = map[string]update.ObjectChanges{}
		}
		if changed.FileChanges[change.File] == nil {
			changed.FileChanges[change.File] = update.ObjectChanges{}
		}
		changed.FileChanges[change.File][id] = append(changed.FileChanges[change.File][id],
			update.Change{OldValue: change.Old, NewValue: change.New, Setter: change.Setter})
	}
	return source.TemplateData{
		AutomationObject: types.NamespacedName{Namespace: input.Automation.Namespace, Name: input.Automation.Name},
		Changed:          changed,
		Values:           input.Values,
	}
}

func write(data map[string]json.RawMessage, cases []result) error {
	output := json.NewEncoder(os.Stdout)
	output.SetEscapeHTML(false)
	output.SetIndent("", " ")
	return output.Encode(map[string]any{
		"note": "written by scripts/oracles/template: `cd scripts/oracles/template && TZ=UTC go run . > ../../../test/golden/templates-go.json`",
		"data": data, "cases": cases,
	})
}
