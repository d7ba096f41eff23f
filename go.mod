module github.com/elyra-ai/terraform-provider-elyra

go 1.26.0
