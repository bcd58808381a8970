// Answers for each file in a golden file which values Flux's setter code would replace, and writes the answers into it.
//
//	go run . ../../../test/golden/setters-go.json
//
// Flux's code is a walk over kyaml's nodes; what decides is in kyaml and in its YAML library, and both are used here as they are.
package main

import (
	"bytes"
	"encoding/json"
	"os"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/fieldmeta"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/kio/kioutil"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

type golden struct {
	Policies map[string]ref `json:"policies"`
	Cases    []testCase     `json:"cases"`
}

type ref struct {
	Name   string `json:"name"`
	Tag    string `json:"tag"`
	Digest string `json:"digest,omitempty"`
}

type testCase struct {
	Name string `json:"name"`
	Text string `json:"text"`
	// Why the file is left out altogether; nobody is told in Flux.
	Skipped string `json:"skipped,omitempty"`
	Hits    []hit  `json:"hits"`
}

// hit is one value that a setter writes, in the order of writing.
type hit struct {
	Setter string    `json:"setter"`
	Old    string    `json:"old"`
	New    string    `json:"new"`
	Object *identity `json:"object,omitempty"`
}

type identity struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Namespace  string `json:"namespace"`
}

func main() {
	fieldmeta.SetShortHandRef("$imagepolicy")
	openapi.SuppressBuiltInSchemaUse()
	path := os.Args[1]
	content, err := os.ReadFile(path)
	check(err)
	var all golden
	check(json.Unmarshal(content, &all))
	schema := schemaOf(all.Policies)
	for i := range all.Cases {
		answer(&all.Cases[i], schema)
	}
	out := &bytes.Buffer{}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	check(encoder.Encode(all))
	check(os.WriteFile(path, out.Bytes(), 0o644))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

const extensionKey = "x-k8s-cli"

// schemaOf defines four setters for each policy, as Flux does.
func schemaOf(policies map[string]ref) *spec.Schema {
	schema := &spec.Schema{}
	schema.Definitions = map[string]spec.Schema{}
	add := func(name, value string) {
		property := spec.StringProperty()
		property.Extensions = map[string]interface{}{}
		property.Extensions.Add(extensionKey, map[string]interface{}{
			"setter": map[string]string{"name": name, "value": value},
		})
		schema.Definitions[fieldmeta.SetterDefinitionPrefix+name] = *property
	}
	for policy, r := range policies {
		image := r.Name + ":" + r.Tag
		if r.Digest != "" {
			image += "@" + r.Digest
		}
		add(policy, image)
		add(policy+":tag", r.Tag)
		add(policy+":name", r.Name)
		add(policy+":digest", r.Digest)
	}
	return schema
}

func answer(c *testCase, schema *spec.Schema) {
	c.Hits, c.Skipped = []hit{}, ""
	if !bytes.Contains([]byte(c.Text), []byte(`"$imagepolicy"`)) {
		c.Skipped = "it does not contain the marker's key"
		return
	}
	reader := &kio.ByteReader{
		Reader:            bytes.NewBufferString(c.Text),
		SetAnnotations:    map[string]string{kioutil.PathAnnotation: "file.yaml"},
		PreserveSeqIndent: true,
	}
	nodes, err := reader.Read()
	if err != nil {
		c.Skipped = err.Error()
		return
	}
	// What stands under the first of two equal keys is visited twice.
	seen := map[*yaml.Node]bool{}
	for _, node := range nodes {
		visit(node, func(scalar *yaml.RNode) {
			if seen[scalar.YNode()] {
				return
			}
			seen[scalar.YNode()] = true
			if h, ok := set(scalar, schema); ok {
				if meta, err := node.GetMeta(); err == nil {
					h.Object = &identity{meta.APIVersion, meta.Kind, meta.Name, meta.Namespace}
				}
				c.Hits = append(c.Hits, h)
			}
		})
	}
}

// visit goes where Flux's filter goes: to the values of mappings, by the text of their keys, and to the items of lists.
func visit(node *yaml.RNode, scalar func(*yaml.RNode)) {
	switch node.YNode().Kind {
	case yaml.MappingNode:
		check(node.VisitFields(func(field *yaml.MapNode) error {
			visit(field.Value, scalar)
			return nil
		}))
	case yaml.SequenceNode:
		check(node.VisitElements(func(element *yaml.RNode) error {
			visit(element, scalar)
			return nil
		}))
	case yaml.ScalarNode:
		scalar(node)
	}
}

// set writes the value of the setter that the scalar's comment refers to, if it refers to one.
func set(node *yaml.RNode, schema *spec.Schema) (hit, bool) {
	meta := fieldmeta.FieldMeta{SettersSchema: schema}
	if err := meta.Read(node); err != nil || meta.IsEmpty() {
		return hit{}, false
	}
	target := meta.Schema
	if target.Ref.String() != "" {
		if resolved, err := openapi.Resolve(&target.Ref, schema); err == nil && resolved != nil {
			target = *resolved
		}
	}
	raw, err := json.Marshal(target.VendorExtensible.Extensions[extensionKey])
	check(err)
	var extension struct {
		Setter *struct{ Name, Value string } `json:"setter"`
	}
	if json.Unmarshal(raw, &extension) != nil || extension.Setter == nil {
		return hit{}, false
	}
	old := node.YNode().Value
	node.YNode().Value = extension.Setter.Value
	return hit{Setter: extension.Setter.Name, Old: old, New: extension.Setter.Value}, true
}
