"""The stages of the training, one file each."""

from srq.registry import Entry, Registry

STAGES = Registry(
    "stage",
    {
        "tone": Entry("srq.restore.training.stages.tone:ToneStage", "colours of whole pictures"),
        "detector": Entry("srq.restore.training.stages.detector:DetectorStage", "where damage is"),
        "vae-y": Entry("srq.restore.training.stages.vae_y:VaeYStage", "clean pictures' latents"),
        "vae-x": Entry("srq.restore.training.stages.vae_x:VaeXStage", "old photographs' latents"),
        "mapping": Entry(
            "srq.restore.training.stages.mapping:MappingStage", "from old latents to clean ones"
        ),
        "direct": Entry("srq.restore.training.stages.direct:DirectStage", "the direct U-Net"),
    },
)
