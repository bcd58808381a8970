// Package update has the types that Flux gives to commit message templates, by the same names, so that they print the same.
package update

import (
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// ObjectIdentifier names an object within a file.
type ObjectIdentifier struct {
	yaml.ResourceIdentifier
}

// Change is one value that was replaced.
type Change struct {
	OldValue string
	NewValue string
	Setter   string
}

// ObjectChanges are the changes by object.
type ObjectChanges map[ObjectIdentifier][]Change

// Result is what `.Changed` is.
type Result struct {
	FileChanges map[string]ObjectChanges
}

// Changes lists the distinct changes. Flux's order is random; here it is that of files and objects.
func (r Result) Changes() []Change {
	var result []Change
	seen := map[Change]bool{}
	r.each(func(_ ObjectIdentifier, changes []Change) {
		for _, change := range changes {
			if !seen[change] {
				seen[change] = true
				result = append(result, change)
			}
		}
	})
	return result
}

// Objects merges the changes of one object in several files, in the order of the files (random in Flux).
func (r Result) Objects() ObjectChanges {
	result := ObjectChanges{}
	r.each(func(id ObjectIdentifier, changes []Change) {
		result[id] = append(result[id], changes...)
	})
	return result
}

func (r Result) each(visit func(ObjectIdentifier, []Change)) {
	files := make([]string, 0, len(r.FileChanges))
	for file := range r.FileChanges {
		files = append(files, file)
	}
	slices.Sort(files)
	for _, file := range files {
		objects := r.FileChanges[file]
		ids := make([]ObjectIdentifier, 0, len(objects))
		for id := range objects {
			ids = append(ids, id)
		}
		slices.SortFunc(ids, compare)
		for _, id := range ids {
			visit(id, objects[id])
		}
	}
}

func compare(a, b ObjectIdentifier) int {
	for _, order := range []int{
		strings.Compare(a.APIVersion, b.APIVersion),
		strings.Compare(a.Kind, b.Kind),
		strings.Compare(a.Name, b.Name),
		strings.Compare(a.Namespace, b.Namespace),
	} {
		if order != 0 {
			return order
		}
	}
	return 0
}
