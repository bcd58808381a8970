// Package source has the data of a commit message template under the name that Flux gives it.
package source

import (
	"k8s.io/apimachinery/pkg/types"

	"tidemark.dev/oracles/template/update"
)

// TemplateData is what dot is in a commit message template.
type TemplateData struct {
	AutomationObject types.NamespacedName
	Changed          update.Result
	Values           map[string]string
}
