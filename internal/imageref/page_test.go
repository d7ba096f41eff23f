package imageref

import (
	"strings"
	"testing"
)

// notAName begins what is said of the address of a page.
const notAName = "This is the address of a web page, not the name of an image"

// pageMessages has, for each row of pages and more, an address and what is said of it.
var pageMessages = map[string]string{
	"https://hub.docker.com/_/python":                                                                                                            notAName + `; use "library/python"`,
	"https://hub.docker.com/_/python/tags?name=3.11":                                                                                             notAName + `; use "library/python"`,
	"hub.docker.com/_/python:3.11":                                                                                                               notAName + `; use "library/python:3.11"`,
	"https://hub.docker.com/r/acme/train?tab=tags":                                                                                               notAName + `; use "acme/train"`,
	"https://hub.docker.com/r/acme/train/":                                                                                                       notAName + `; use "acme/train"`,
	"https://hub.docker.com/r/acme/train/tags?page=1&name=1.0":                                                                                   notAName + `; use "acme/train"`,
	"hub.docker.com/r/acme/train:1":                                                                                                              notAName + `; use "acme/train:1"`,
	"https://HUB.docker.com/r/Acme/Train":                                                                                                        notAName + `; use "acme/train"`,
	"https://hub.docker.com/repository/docker/acme/train/general":                                                                                notAName + `; use "acme/train"`,
	"https://hub.docker.com/layers/library/postgres/16-alpine/":                                                                                  notAName + `; use "library/postgres:16-alpine"`,
	"https://hub.docker.com/layers/acme/train/1.0/images/sha256-" + hex64 + "?context=explore":                                                   notAName + `; use "acme/train:1.0"`,
	"registry.hub.docker.com/r/acme/train":                                                                                                       notAName + `; use "acme/train"`,
	"https://registry.hub.docker.com/_/python/":                                                                                                  notAName + `; use "library/python"`,
	"https://registry-1.docker.io/v2/library/python/manifests/3.11":                                                                              notAName + `; use "docker.io/library/python:3.11"`,
	"https://registry-1.docker.io/v2/acme/train/manifests/sha256:" + hex64:                                                                       notAName + `; use "docker.io/acme/train@sha256:` + hex64 + `"`,
	"https://registry-1.docker.io/v2/acme/train/tags/list":                                                                                       notAName + `; use "docker.io/acme/train"`,
	"quay.io/repository/acme/train:1":                                                                                                            notAName + `; use "quay.io/acme/train:1"`,
	"quay.io/repository/acme/train":                                                                                                              notAName + `; use "quay.io/acme/train"`,
	"https://quay.io/repository/acme/train?tab=tags":                                                                                             notAName + `; use "quay.io/acme/train"`,
	"https://quay.io/repository/acme/train?tab=tags#x":                                                                                           notAName + `; use "quay.io/acme/train"`,
	"https://quay.io/repository/acme/train/status":                                                                                               notAName + `; use "quay.io/acme/train"`,
	"https://quay.io/repository/acme/models/train":                                                                                               notAName + `; use "quay.io/acme/models/train"`,
	"https://quay.io/repository/acme/train/manifest/sha256:" + hex64 + "?tab=layers":                                                             notAName + `; use "quay.io/acme/train@sha256:` + hex64 + `"`,
	"quay.io/repository/acme/train/manifest/sha256:" + hex64:                                                                                     notAName + `; use "quay.io/acme/train@sha256:` + hex64 + `"`,
	"https://quay.io/repository/acme/train/tag/1.0?tab=details":                                                                                  notAName + `; use "quay.io/acme/train:1.0"`,
	"https://quay.io/api/v1/repository/acme/train/tag/":                                                                                          notAName + `; use "quay.io/acme/train"`,
	"https://github.com/acme/models/pkgs/container/train":                                                                                        notAName + `; use "ghcr.io/acme/train"`,
	"github.com/acme/models/pkgs/container/train":                                                                                                notAName + `; use "ghcr.io/acme/train"`,
	"https://github.com/Acme/Models/pkgs/container/Train/versions?filters=x":                                                                     notAName + `; use "ghcr.io/acme/train"`,
	"https://github.com/acme/models/pkgs/container/models%2Ftrain":                                                                               notAName + `; use "ghcr.io/acme/models/train"`,
	"https://github.com/acme/models/pkgs/container/train/123456?tag=1.0":                                                                         notAName + `; use "ghcr.io/acme/train:1.0"`,
	"https://github.com/acme/models/pkgs/container/train/123456":                                                                                 notAName + `; use "ghcr.io/acme/train"`,
	"https://github.com/orgs/acme/packages/container/package/train":                                                                              notAName + `; use "ghcr.io/acme/train"`,
	"https://github.com/users/jdoe/packages/container/package/train":                                                                             notAName + `; use "ghcr.io/jdoe/train"`,
	"https://github.com/orgs/acme/packages/container/train/versions":                                                                             notAName + `; use "ghcr.io/acme/train"`,
	"https://github.com/users/jdoe/packages/container/train/versions":                                                                            notAName + `; use "ghcr.io/jdoe/train"`,
	"https://codeberg.org/acme/-/packages/container/train":                                                                                       notAName + `; use "codeberg.org/acme/train"`,
	"https://codeberg.org/acme/-/packages/container/train/versions":                                                                              notAName + `; use "codeberg.org/acme/train"`,
	"https://git.acme.example:3000/acme/-/packages/container/models%2Ftrain/1.0":                                                                 notAName + `; use "git.acme.example:3000/acme/models/train:1.0"`,
	"https://git.acme.example/acme/-/packages/container/train/sha256:" + hex64:                                                                   notAName + `; use "git.acme.example/acme/train@sha256:` + hex64 + `"`,
	"catalog.ngc.nvidia.com/orgs/nvidia/containers/pytorch":                                                                                      notAName + `; use "nvcr.io/nvidia/pytorch"`,
	"https://catalog.ngc.nvidia.com/orgs/nvidia/containers/pytorch/tags":                                                                         notAName + `; use "nvcr.io/nvidia/pytorch"`,
	"https://catalog.ngc.nvidia.com/orgs/nvidia/teams/k8s/containers/dcgm-exporter":                                                              notAName + `; use "nvcr.io/nvidia/k8s/dcgm-exporter"`,
	"https://ngc.nvidia.com/catalog/containers/nvidia:pytorch":                                                                                   notAName + `; use "nvcr.io/nvidia/pytorch"`,
	"https://ngc.nvidia.com/catalog/containers/nvidia:k8s:dcgm-exporter":                                                                         notAName + `; use "nvcr.io/nvidia/k8s/dcgm-exporter"`,
	"https://console.cloud.google.com/artifacts/docker/acme/us-central1/models/train?project=acme":                                               notAName + `; use "us-central1-docker.pkg.dev/acme/models/train"`,
	"https://console.cloud.google.com/artifacts/docker/acme/us/models/nlp%2Ftrain":                                                               notAName + `; use "us-docker.pkg.dev/acme/models/nlp/train"`,
	"https://console.cloud.google.com/artifacts/docker/acme/us/models/train/sha256:" + hex64 + ";tab=overview":                                   notAName + `; use "us-docker.pkg.dev/acme/models/train@sha256:` + hex64 + `"`,
	"https://console.cloud.google.com/gcr/images/acme/global/train?tag=1.0":                                                                      notAName + `; use "gcr.io/acme/train:1.0"`,
	"https://console.cloud.google.com/gcr/images/acme/GLOBAL/models/train?gcrImageListsize=30":                                                   notAName + `; use "gcr.io/acme/models/train"`,
	"https://console.cloud.google.com/gcr/images/acme/US/train":                                                                                  notAName + `; use "us.gcr.io/acme/train"`,
	"https://console.cloud.google.com/gcr/images/acme/EU/train?project=acme":                                                                     notAName + `; use "eu.gcr.io/acme/train"`,
	"https://console.cloud.google.com/gcr/images/acme/ASIA/train":                                                                                notAName + `; use "asia.gcr.io/acme/train"`,
	"https://gallery.ecr.aws/docker/library/python":                                                                                              notAName + `; use "public.ecr.aws/docker/library/python"`,
	"https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/123456789012/models/train?region=eu-west-1":                               notAName + `; use "123456789012.dkr.ecr.eu-west-1.amazonaws.com/models/train"`,
	"https://123456789012-abcdefgh.eu-west-1.console.aws.amazon.com/ecr/repositories/private/123456789012/train":                                 notAName + `; use "123456789012.dkr.ecr.eu-west-1.amazonaws.com/train"`,
	"https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/123456789012/train/_/image/sha256:" + hex64 + "/details?region=eu-west-1": notAName + `; use "123456789012.dkr.ecr.eu-west-1.amazonaws.com/train@sha256:` + hex64 + `"`,
	"https://mcr.microsoft.com/en-us/artifact/mar/dotnet/sdk/tag/10.0":                                                                           notAName + `; use "mcr.microsoft.com/dotnet/sdk:10.0"`,
	"https://mcr.microsoft.com/en-us/artifact/mar/dotnet/sdk/tags":                                                                               notAName + `; use "mcr.microsoft.com/dotnet/sdk"`,
	"https://mcr.microsoft.com/en-us/artifact/mar/azure-cli/about":                                                                               notAName + `; use "mcr.microsoft.com/azure-cli"`,
	"https://mcr.microsoft.com/en-us/artifact/mar/dotnet/aspnet":                                                                                 notAName + `; use "mcr.microsoft.com/dotnet/aspnet"`,
	"https://mcr.microsoft.com/en-us/product/devcontainers/python/tags":                                                                          notAName + `; use "mcr.microsoft.com/devcontainers/python"`,
	"https://mcr.microsoft.com/en-us/product/azure-cli/about":                                                                                    notAName + `; use "mcr.microsoft.com/azure-cli"`,
	"mcr.microsoft.com/en-us/product/azure-cli":                                                                                                  notAName + `; use "mcr.microsoft.com/azure-cli"`,
	"https://registry.example/v2/acme/train/manifests/1.0":                                                                                       notAName + `; use "registry.example/acme/train:1.0"`,
	"registry.example:5000/v2/acme/train/manifests/sha256:" + hex64:                                                                              notAName + `; use "registry.example:5000/acme/train@sha256:` + hex64 + `"`,
	"https://registry.example/v2/acme/train/tags/list":                                                                                           notAName + `; use "registry.example/acme/train"`,

	// Where no name follows.
	"https://hub.docker.com/_/microsoft-dotnet-sdk":                                                              notAName + `: the name to pull begins with "mcr.microsoft.com/", and stands on the page`,
	"https://hub.docker.com/r/microsoft/dotnet-sdk":                                                              notAName + `: the name to pull begins with "mcr.microsoft.com/", and stands on the page`,
	"https://hub.docker.com/_/oracle-database-enterprise-edition":                                                notAName + `: the name to pull is what the page shows behind "docker pull"`,
	"https://hub.docker.com/r/acme/tags":                                                                         notAName + `: Docker Hub's registry is "docker.io", and its images are written "owner/image"`,
	"https://hub.docker.com/u/acme":                                                                              notAName + `: Docker Hub's registry is "docker.io", and its images are written "owner/image"`,
	"hub.docker.com/acme/train":                                                                                  notAName + `: Docker Hub's registry is "docker.io", and its images are written "owner/image"`,
	"https://hub.docker.com/layers/rust/library/rust/1.49.0/images/sha256-71e2":                                  notAName + `: Docker Hub's registry is "docker.io", and its images are written "owner/image"`,
	"https://registry.hub.docker.com/v2/repositories/library/python/tags":                                        notAName + `: Docker Hub's registry is "docker.io", and its images are written "owner/image"`,
	"https://quay.io/repository/acme":                                                                            notAName + `: the name to pull is "quay.io/owner/image"`,
	"https://quay.io/repository/":                                                                                notAName + `: the name to pull is "quay.io/owner/image"`,
	"https://quay.io/api/v1/user/":                                                                               notAName + `: the name to pull is "quay.io/owner/image"`,
	"https://quay.io/organization/acme":                                                                          notAName + `: the name to pull is "quay.io/owner/image"`,
	"https://quay.io/user/jdoe?tab=repos":                                                                        notAName + `: the name to pull is "quay.io/owner/image"`,
	"https://quay.io/search?q=train":                                                                             notAName + `: the name to pull is "quay.io/owner/image"`,
	"https://quay.io/tutorial/":                                                                                  notAName + `: the name to pull is "quay.io/owner/image"`,
	"https://quay.io/plans/":                                                                                     notAName + `: the name to pull is "quay.io/owner/image"`,
	"https://github.com/acme/models":                                                                             notAName + `: GitHub's images are "ghcr.io/owner/image", and stand under "Packages" of the owner or the repository`,
	"github.com/acme/models:1":                                                                                   notAName + `: GitHub's images are "ghcr.io/owner/image", and stand under "Packages" of the owner or the repository`,
	"https://www.github.com/acme/models":                                                                         notAName + `: GitHub's images are "ghcr.io/owner/image", and stand under "Packages" of the owner or the repository`,
	"https://raw.githubusercontent.com/acme/models/main/Dockerfile":                                              notAName + `: GitHub's images are "ghcr.io/owner/image", and stand under "Packages" of the owner or the repository`,
	"https://github.acme.example/acme/models/pkgs/container/train":                                               notAName + `: the name to pull is what the page shows behind "docker pull"`,
	"https://gitlab.com/acme/models/container_registry/123":                                                      notAName + `: the name to pull is copied by the button beside each image in the project's "Container registry", and begins with "registry.gitlab.com/"`,
	"gitlab.com/acme/models:1":                                                                                   notAName + `: the name to pull is copied by the button beside each image in the project's "Container registry", and begins with "registry.gitlab.com/"`,
	"https://gitlab.acme.example/acme/models/-/container_registry/5":                                             notAName + `: the name to pull is copied by the button beside each image in the project's "Container registry"`,
	"https://gitlab.acme.example/acme/models/container_registry":                                                 notAName + `: the name to pull is copied by the button beside each image in the project's "Container registry"`,
	"https://harbor.acme.example/harbor/projects/3/repositories/train/artifacts-tab":                             notAName + `: the name to pull is copied by the button in the column "Pull Command"`,
	"harbor.acme.example/harbor/projects/3/repositories/train":                                                   notAName + `: the name to pull is copied by the button in the column "Pull Command"`,
	"https://harbor.acme.example/harbor/sign-in":                                                                 notAName + `: the name to pull is copied by the button in the column "Pull Command"`,
	"https://acme.jfrog.io/ui/repos/tree/General/docker-local/train/1.0":                                         notAName + `: the name to pull stands under "Set Me Up", behind "docker pull"`,
	"https://acme.jfrog.io/ui/native/docker-local/train/1.0/":                                                    notAName + `: the name to pull stands under "Set Me Up", behind "docker pull"`,
	"acme.jfrog.io/ui/native/docker-local/train:1":                                                               notAName + `: the name to pull stands under "Set Me Up", behind "docker pull"`,
	"https://acme.jfrog.io/ui/packages/docker:%2F%2Ftrain":                                                       notAName + `: the name to pull stands under "Set Me Up", behind "docker pull"`,
	"https://acme.jfrog.io/ui/login":                                                                             notAName + `: the name to pull stands under "Set Me Up", behind "docker pull"`,
	"https://artifactory.acme.example/artifactory/webapp/#/artifacts/browse/tree/General/docker-local":           notAName + `: the name to pull stands under "Set Me Up", behind "docker pull"`,
	"https://nexus.acme.example/service/rest/repository/browse/docker-hosted/v2/acme/train/":                     notAName + `: the name to pull has the port or path that the repository is published on: ask who runs it, or see the repository's settings`,
	"https://catalog.ngc.nvidia.com/containers?filters=x":                                                        notAName + `: the name to pull is copied under "Get Container", and begins with "nvcr.io/"`,
	"https://ngc.nvidia.com/catalog":                                                                             notAName + `: the name to pull is copied under "Get Container", and begins with "nvcr.io/"`,
	"https://org.ngc.nvidia.com/setup":                                                                           notAName + `: the name to pull is copied under "Get Container", and begins with "nvcr.io/"`,
	"https://build.nvidia.com/meta/llama3-8b":                                                                    notAName + `: the name to pull stands under "Deploy", behind "docker run", and begins with "nvcr.io/"`,
	"https://catalog.redhat.com/software/containers/ubi9/python-311/61a61032bfd4a5234d59629e?container-tabs=gti": notAName + `: the name to pull stands under "Get this image"`,
	"https://access.redhat.com/containers/#/registry.access.redhat.com/ubi8":                                     notAName + `: the name to pull stands under "Get this image"`,
	"https://console.redhat.com/openshift":                                                                       notAName + `: the name to pull stands under "Get this image"`,
	"https://console.cloud.google.com/artifacts/docker/acme/us/models":                                           notAName + `: the name to pull is copied by the button beside the image's path, and begins with the registry, such as "europe-docker.pkg.dev/"`,
	"https://cloud.google.com/artifact-registry/docs":                                                            notAName + `: the name to pull is copied by the button beside the image's path, and begins with the registry, such as "europe-docker.pkg.dev/"`,
	"https://console.aws.amazon.com/ecr/repositories?region=eu-west-1":                                           notAName + `: the name to pull is in the column "URI", such as "123456789012.dkr.ecr.eu-west-1.amazonaws.com/image"`,
	"https://eu-west-1.console.aws.amazon.com/ecr/home":                                                          notAName + `: the name to pull is in the column "URI", such as "123456789012.dkr.ecr.eu-west-1.amazonaws.com/image"`,
	"https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/123456789012/train/_/lifecycle-policy":    notAName + `: the name to pull is in the column "URI", such as "123456789012.dkr.ecr.eu-west-1.amazonaws.com/image"`,
	"https://123456789012-abcdefgh.eu-west-1.console.aws.amazon.com/ecr/repositories/private/123456789012/train/_/lifecycle-policy": notAName + `: the name to pull is in the column "URI", such as "123456789012.dkr.ecr.eu-west-1.amazonaws.com/image"`,
	"https://gallery.ecr.aws/bitnami": notAName + `: the name to pull is copied beside the image's title, and begins with "public.ecr.aws/"`,
	"https://portal.azure.com/#view/Microsoft_Azure_ContainerRegistries/RepositoryBlade":   notAName + `: the name to pull begins with what the registry's overview has as "Login server", such as "acme.azurecr.io/"`,
	"https://mcr.microsoft.com/catalog?search=python":                                      notAName + `: the name to pull is beside the image's title, and begins with "mcr.microsoft.com/"`,
	"https://cloud.ibm.com/registry/repos":                                                 notAName + `: the name to pull is in the column "Repository", and begins with "icr.io/" or a region's registry, such as "de.icr.io/"`,
	"https://cloud.oracle.com/registry/containers/repos":                                   notAName + `: the name to pull is what the page shows behind "docker pull"`,
	"https://container-registry.oracle.com/ords/ocr/ba/database/free":                      notAName + `: the name to pull is what the page shows behind "docker pull"`,
	"https://cloud.digitalocean.com/registry/acme":                                         notAName + `: the name to pull begins with "registry.digitalocean.com/"`,
	"https://console.scaleway.com/registry/namespaces":                                     notAName + `: the name to pull is what the page shows behind "docker pull"`,
	"https://cr.console.aliyun.com/repository/cn-hangzhou/acme/train":                      notAName + `: the name to pull is what the page shows behind "docker pull"`,
	"https://images.chainguard.dev/directory/image/python/versions":                        notAName + `: the name to pull stands on the page, and begins with "cgr.dev/"`,
	"https://artifacthub.io/packages/container/acme/train":                                 notAName + `: the name to pull stands under "Install"`,
	"https://huggingface.co/spaces/acme/train":                                             notAName + `: a Space's image stands under "Run locally" of its menu, and begins with "registry.hf.space/"`,
	"https://console-openshift-console.apps.acme.example/k8s/ns/models/imagestreams/train": notAName + `: the name to pull is under "Image repository" or "Public image repository" of the ImageStream`,
	"https://console-openshift-console.apps.acme.example/k8s/cluster/projects/models":      notAName + `: the name to pull is under "Image repository" or "Public image repository" of the ImageStream`,
	"https://registry.example/v2/acme/train/blobs/sha256:" + hex64:                         notAName + `: an image's name has the registry, the repository and a tag or digest, without "/v2/"`,
	"https://registry.example/v2/_catalog":                                                 notAName + `: an image's name has the registry, the repository and a tag or digest, without "/v2/"`,
	"https://registry.example/v2/":                                                         notAName + `: an image's name has the registry, the repository and a tag or digest, without "/v2/"`,
	"https://registry.terraform.io/providers/hashicorp/kubernetes":                         notAName + `: it is not about a container image`,
	"https://registry.opentofu.org/providers":                                              notAName + `: it is not about a container image`,
	"https://registry.npmjs.org/elyra":                                                     notAName + `: it is not about a container image`,
	"https://pypi.org/project/elyra":                                                       notAName + `: it is not about a container image`,
	"https://docker.com/products":                                                          notAName + `: Docker Hub's registry is "docker.io", and its images are written "owner/image"`,
	"https://www.docker.com/products":                                                      notAName + `: Docker Hub's registry is "docker.io", and its images are written "owner/image"`,
	"https://app.docker.com/accounts/acme":                                                 notAName + `: Docker Hub's registry is "docker.io", and its images are written "owner/image"`,
	"https://docs.docker.com/reference":                                                    notAName + `: Docker Hub's registry is "docker.io", and its images are written "owner/image"`,
	"https://store.docker.com/images/python":                                               notAName + `: Docker Hub's registry is "docker.io", and its images are written "owner/image"`,
	"https://cloud.docker.com/repository/docker/acme/train":                                notAName + `: Docker Hub's registry is "docker.io", and its images are written "owner/image"`,
	"https://scout.docker.com/reports":                                                     notAName + `: Docker Hub's registry is "docker.io", and its images are written "owner/image"`,

	// What is at fault is the name on the page.
	"https://quay.io/repository/acme/train:feature/new": `The tag "feature/new" has a "/" in it, which no tag has: builds push a branch under a tag without it, often with "-" in its place`,

	// A registry is known to answer, or there is a tag: an image's name with a scheme.
	"https://quay.io/acme/train?tab=tags":   `What follows a "?" in the address of a web page is not part of an image name; use "quay.io/acme/train"`,
	"quay.io/acme/train?tab=tags":           `What follows a "?" in the address of a web page is not part of an image name; use "quay.io/acme/train"`,
	"ghcr.io/acme/train#x":                  `What follows a "#" in the address of a web page is not part of an image name; use "ghcr.io/acme/train"`,
	"https://registry.acme.example/train/a": noScheme("https") + `; use "registry.acme.example/train/a"`,
	"https://images.acme.example/a/train:1": noScheme("https") + `; use "images.acme.example/a/train:1"`,
	"http://localhost:8080/acme/train":      noScheme("http") + `; use "localhost:8080/acme/train"`,
	"http://10.0.0.1:8080/acme/train":       noScheme("http") + `; use "10.0.0.1:8080/acme/train"`,
	"http://[::1]:8080/acme/train":          noScheme("http") + `; use "[::1]:8080/acme/train"`,
	"http://images:5000/acme/train":         noScheme("http") + `; use "images:5000/acme/train"`,
	"docker://images.acme.example/a/train":  noScheme("docker") + `; use "images.acme.example/a/train"`,

	// Of any other host it is not known.
	"https://acme.example/a/train":       anyPage,
	"https://acme.example/a/train:1?x=y": anyPage,
	"https://acme.example:8443/a/train":  anyPage,
	"https://acme.example":               anyPage,
	"images.acme.example/a/train?x=y":    `The image "train?x=y" has the character "?" in it: only lower-case letters, digits, ".", "_" and "-" may stand there`,
}

const anyPage = `An image name has no scheme, and this may be the address of a web page: the name to pull is what the page shows behind "docker pull"`

func noScheme(scheme string) string {
	return `An image name has no scheme: it begins with the registry or the owner, not with "` + scheme + `://"`
}

func TestPages(t *testing.T) {
	met := map[string]bool{}
	for in, want := range pageMessages {
		if _, err := Parse(in); err == nil || err.Error() != want {
			t.Errorf("Parse(%q)\n got %v\nwant %s", in, err, want)
		}
		scheme, rest := cutScheme(in)
		if p, _, ok := findPage(rest, isWeb(scheme)); ok {
			met[p.address] = true
		}
	}
	for _, p := range pages {
		if !met[p.address] {
			t.Errorf("no test meets %s", p.address)
		}
		if (p.image == "") == (p.where == "") {
			t.Errorf("%s has the image %q and the advice %q: one of them is wanted", p.address, p.image, p.where)
		}
	}
}

// TestPages_long: an address within an address is looked up once; level by level, it takes minutes.
func TestPages_long(t *testing.T) {
	const n = 20_000
	for _, in := range []string{
		"https://quay.io/" + strings.Repeat("repository/", n) + "a", "quay.io/" + strings.Repeat("v2/", n) + "manifests/!",
		"https://x.y/" + strings.Repeat("v2/manifests/", n), "x.y/" + strings.Repeat("v2/-/container_registry/", n),
	} {
		if _, err := Parse(in); err == nil {
			t.Errorf("%.40s… is accepted", in)
		}
	}
}

// TestPages_others are names that look like the address of a page and are none.
func TestPages_others(t *testing.T) {
	for _, name := range []string{
		"quay.io/organization/acme", "quay.io/user/acme:1", "quay.io/repository/acme", "registry.example/repository/acme/train",
		"registry.example/ui/train", "registry.example/acme/container_registry", "registry.example/v2/train", "registry.gitlab.com/acme/train",
		"acme/v2/train/manifests/1", "harbor/projects/train", "github.example/acme/train", "registry.hub.docker.com/library/python",
		"acme.jfrog.io/docker-local/train:1", "docker.io/r/train",
		"docker.io/acme/models/pkgs/container", "docker.io/harbor/projects/train", "docker.io/ui/native/train",
		"mcr.microsoft.com/dotnet/sdk", "container-registry.oracle.com/database/free",
	} {
		if _, err := Parse(name); err != nil {
			t.Errorf("Parse(%q): %v", name, err)
		}
	}
}
